import { PHRASEBOOK_MAX_BYTES, PhrasebookSchema, type RoomPhrasebook } from '#protocol';
import type { FastifyInstance } from 'fastify';
import type { PhrasebookStore } from '../session/ports.ts';
import { callerOf, callerWith, type Doors, type RoomParams } from './doors.ts';
import { parse } from './errors.ts';

export interface PhrasebookRoutes extends Doors {
  readonly phrasebooks: PhrasebookStore;
}

const PHRASEBOOK = '/api/rooms/:roomId/phrasebook';

/** The phrases that a room ships: for everybody with a way into it to read, for moderators to change. */
export function addPhrasebookRoutes(app: FastifyInstance, options: PhrasebookRoutes): void {
  const { phrasebooks } = options;

  app.get<RoomParams>(PHRASEBOOK, async (request): Promise<RoomPhrasebook> => {
    const { roomId } = await callerOf(request, options);
    return { phrasebook: await phrasebooks.get(roomId) };
  });

  app.put<RoomParams>(PHRASEBOOK, { bodyLimit: PHRASEBOOK_MAX_BYTES }, async (request, reply) => {
    const { roomId } = await callerWith('moderatePhrases', request, options);
    await phrasebooks.put(roomId, parse(PhrasebookSchema, request.body));
    return reply.status(204).send();
  });

  app.delete<RoomParams>(PHRASEBOOK, async (request, reply) => {
    const { roomId } = await callerWith('moderatePhrases', request, options);
    await phrasebooks.put(roomId, null);
    return reply.status(204).send();
  });
}
