import {
  ProtocolError,
  can,
  RecordingIdSchema,
  type RecordingDetail,
  type RecordingList,
  type Role,
  type RoomId,
} from '#protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import path from 'node:path';
import * as v from 'valibot';
import type { RecordingLibrary, Tokens } from '../session/ports.ts';
import { bearerToken, type RoomParams } from './rooms.ts';

export interface RecordingRoutes {
  readonly tokens: Tokens;
  readonly library: RecordingLibrary;
}

interface RecordingParams {
  Params: { roomId: string; recordingId: string };
}

interface FileRequest {
  Params: RecordingParams['Params'] & { '*': string };
  Querystring: { ticket?: string; download?: string };
}

/** Listing and playing a room's recordings. Another room's recording answers like a missing one. */
export function addRecordingRoutes(app: FastifyInstance, options: RecordingRoutes): void {
  const { tokens, library } = options;

  app.get<RoomParams>('/api/rooms/:roomId/recordings', async (request): Promise<RecordingList> => {
    const roomId = await roomThatMaySeeRecordings(request, tokens);
    return { recordings: await library.list(roomId) };
  });

  app.get<RecordingParams>(
    '/api/rooms/:roomId/recordings/:recordingId',
    async (request): Promise<RecordingDetail> => {
      const roomId = await roomThatMaySeeRecordings(request, tokens);
      const recordingId = recordingIdOf(request.params.recordingId);
      const recording = await library.get(roomId, recordingId);
      if (!recording) throw notFound();
      return { ...recording, ticket: await tokens.signTicket({ roomId, recordingId }) };
    },
  );

  app.get<FileRequest>(
    '/api/rooms/:roomId/recordings/:recordingId/files/*',
    async (request, reply) => {
      const { roomId, recordingId } = await tokens.verifyTicket(request.query.ticket ?? '');
      const { params } = request;
      if (params.roomId !== roomId || params.recordingId !== recordingId) throw notFound();
      const file = await library.filePath(roomId, recordingId, params['*']);
      if (file === null) throw notFound();
      const name = path.basename(file);
      if (request.query.download !== undefined) {
        reply.header('content-disposition', `attachment; filename="${name}"`);
      }
      return reply.sendFile(name, path.dirname(file), { cacheControl: false });
    },
  );
}

/** A moderator's access token or invitation: a person looks at recordings without entering the room. */
async function roomThatMaySeeRecordings(
  request: FastifyRequest<RoomParams>,
  tokens: Tokens,
): Promise<RoomId> {
  const token = bearerToken(request);
  const { roomId, role }: { roomId: RoomId; role: Role } = await tokens
    .verifyAccess(token)
    .catch((error: unknown) => {
      if (error instanceof ProtocolError && error.code === 'TOKEN_EXPIRED') throw error;
      return tokens.verifyInvitation(token);
    });
  if (roomId !== request.params.roomId) {
    throw new ProtocolError('UNAUTHORIZED', 'the token is for another room');
  }
  if (!can(role, 'seeRecordings')) {
    throw new ProtocolError('FORBIDDEN', 'this role sees no recordings');
  }
  return roomId;
}

function recordingIdOf(value: string) {
  const parsed = v.safeParse(RecordingIdSchema, value);
  if (!parsed.success) throw notFound();
  return parsed.output;
}

const notFound = () => new ProtocolError('NOT_FOUND', 'no such recording');
