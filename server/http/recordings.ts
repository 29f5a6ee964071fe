import {
  EmptySchema,
  ProtocolError,
  type RecordingDetail,
  type RecordingList,
  type RunningRecording,
} from '#protocol';
import type { FastifyInstance } from 'fastify';
import type { RecordingControl, RecordingLibrary } from '../session/ports.ts';
import { callerWith, type Doors, type RoomParams } from './doors.ts';
import { parse } from './errors.ts';
import { findRecording, notFound, recordingIdOf, type RecordingParams } from './recordingAccess.ts';

export interface RecordingRoutes extends Doors {
  readonly library: RecordingLibrary;
  readonly control: RecordingControl;
}

/** A room's recordings for its moderators. Another room's recording answers like a missing one. */
export function addRecordingRoutes(app: FastifyInstance, options: RecordingRoutes): void {
  const { tokens, library, control } = options;

  app.get<RoomParams>('/api/rooms/:roomId/recordings', async (request): Promise<RecordingList> => {
    const { roomId } = await callerWith('seeRecordings', request, options);
    return { recordings: await library.list(roomId) };
  });

  app.get<RecordingParams>(
    '/api/rooms/:roomId/recordings/:recordingId',
    async (request): Promise<RecordingDetail> => {
      const caller = await callerWith('seeRecordings', request, options);
      const { roomId, peerId, invitationId, invitedAs } = caller;
      const found = await findRecording(library, roomId, request.params.recordingId);
      const { recordingId } = found.summary;
      const givenTo = { peerId, invitationId, invitedAs };
      const right = { permission: 'download', givenTo } as const;
      return { ...found, ticket: await tokens.signTicket({ roomId, recordingId, ...right }) };
    },
  );

  app.delete<RecordingParams>(
    '/api/rooms/:roomId/recordings/:recordingId',
    async (request, reply) => {
      const { roomId, displayName } = await callerWith('record', request, options);
      const recordingId = recordingIdOf(request.params.recordingId);
      const deletedBy = { by: 'moderator', name: displayName } as const;
      if (!(await library.delete(roomId, recordingId, deletedBy))) throw notFound();
      return reply.status(204).send();
    },
  );

  app.post<RoomParams>(
    '/api/rooms/:roomId/recordings',
    async (request, reply): Promise<RunningRecording> => {
      const { roomId, displayName } = await callerWith('record', request, options);
      parse(EmptySchema, request.body);
      const running = await control.startRecording(roomId, displayName);
      reply.status(201);
      return running;
    },
  );

  app.post<RecordingParams>(
    '/api/rooms/:roomId/recordings/:recordingId/stop',
    async (request): Promise<Record<string, never>> => {
      const { roomId } = await callerWith('record', request, options);
      parse(EmptySchema, request.body);
      const { summary } = await findRecording(library, roomId, request.params.recordingId);
      if (summary.state !== 'recording') {
        throw new ProtocolError('RECORDING_STATE', 'the recording has ended');
      }
      await control.stopRecording(roomId, summary.recordingId);
      return {};
    },
  );
}
