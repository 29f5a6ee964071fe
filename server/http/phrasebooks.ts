import { PHRASEBOOK_MAX_BYTES, PhrasebookSchema, type RoomPhrasebook } from '#protocol';
import type { FastifyInstance } from 'fastify';
import type { PhrasebookStore, Tokens } from '../session/ports.ts';
import { parse } from './errors.ts';
import { callerWith, holderOf } from './recordingAccess.ts';
import type { RoomParams } from './rooms.ts';

export interface PhrasebookRoutes {
  readonly tokens: Tokens;
  readonly phrasebooks: PhrasebookStore;
}

const PHRASEBOOK = '/api/rooms/:roomId/phrasebook';

/** The phrases that a room ships: for everybody with a way into it to read, for moderators to change. */
export function addPhrasebookRoutes(app: FastifyInstance, options: PhrasebookRoutes): void {
  const { tokens, phrasebooks } = options;

  app.get<RoomParams>(PHRASEBOOK, async (request): Promise<RoomPhrasebook> => {
    const { roomId } = await holderOf(request, tokens);
    return { phrasebook: await phrasebooks.get(roomId) };
  });

  app.put<RoomParams>(PHRASEBOOK, { bodyLimit: PHRASEBOOK_MAX_BYTES }, async (request, reply) => {
    const { roomId } = await callerWith('moderatePhrases', request, tokens);
    await phrasebooks.put(roomId, parse(PhrasebookSchema, request.body));
    return reply.status(204).send();
  });

  app.delete<RoomParams>(PHRASEBOOK, async (request, reply) => {
    const { roomId } = await callerWith('moderatePhrases', request, tokens);
    await phrasebooks.put(roomId, null);
    return reply.status(204).send();
  });
}
