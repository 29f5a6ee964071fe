import {
  CreateShareSchema,
  ProtocolError,
  type Manifest,
  type Share,
  type ShareList,
  type SharedRecording,
} from '#protocol';
import type { FastifyInstance } from 'fastify';
import type { FoundRecording, RecordingLibrary, ShareBook, StoredShare } from '../session/ports.ts';
import { bearerToken, callerWith, type Doors } from './doors.ts';
import { parse } from './errors.ts';
import { findRecording, notFound, shareIdOf, type RecordingParams } from './recordingAccess.ts';

export interface ShareRoutes extends Doors {
  readonly library: RecordingLibrary;
  readonly shares: ShareBook;
}

const SHARES = '/api/rooms/:roomId/recordings/:recordingId/shares';

/** Links for people without one to the room. What a share no longer opens answers like a missing one. */
export function addShareRoutes(app: FastifyInstance, options: ShareRoutes): void {
  const { tokens, library, shares } = options;

  const shown = async ({ summary }: FoundRecording, share: StoredShare): Promise<Share> => {
    const { shareId, permission, createdAt, expiresAt } = share;
    const token = await tokens.signShare({ ...summary, shareId }, share);
    return { shareId, permission, createdAt, expiresAt, token };
  };

  app.post<RecordingParams>(SHARES, async (request, reply): Promise<Share> => {
    const { roomId } = await callerWith('record', request, options);
    const wanted = parse(CreateShareSchema, request.body);
    const found = await findRecording(library, roomId, request.params.recordingId);
    const { state, recordingId } = found.summary;
    if (state === 'recording' || state === 'failed') {
      throw new ProtocolError('RECORDING_STATE', 'there is nothing to share yet');
    }
    const share = await shares.add(recordingId, wanted);
    reply.status(201);
    return shown(found, share);
  });

  app.get<RecordingParams>(SHARES, async (request): Promise<ShareList> => {
    const { roomId } = await callerWith('record', request, options);
    const found = await findRecording(library, roomId, request.params.recordingId);
    const kept = await shares.list(found.summary.recordingId);
    return { shares: await Promise.all(kept.map((share) => shown(found, share))) };
  });

  app.delete<{ Params: RecordingParams['Params'] & { shareId: string } }>(
    `${SHARES}/:shareId`,
    async (request, reply) => {
      const { roomId } = await callerWith('record', request, options);
      const { summary } = await findRecording(library, roomId, request.params.recordingId);
      const shareId = shareIdOf(request.params.shareId);
      if (!(await shares.revoke(summary.recordingId, shareId))) throw notFound();
      return reply.status(204).send();
    },
  );

  app.get<{ Params: { recordingId: string } }>(
    '/api/shares/:recordingId',
    async (request): Promise<SharedRecording> => {
      const claim = await tokens.verifyShare(bearerToken(request)).catch(() => {
        throw notFound();
      });
      const { roomId, recordingId, shareId } = claim;
      if (request.params.recordingId !== recordingId) throw notFound();
      const { summary, manifest } = await findRecording(library, roomId, recordingId);
      const share = await shares.find(recordingId, shareId);
      if (!share) throw notFound();
      const { permission } = share;
      const right = { permission, givenTo: { shareId } };
      const ticket = await tokens.signTicket({ roomId, recordingId, ...right });
      return { summary, manifest: manifest && asShared(manifest), ticket, permission };
    },
  );
}

/** Who answered what when asked to be recorded is for moderators. */
export function asShared(manifest: Manifest): Manifest {
  return { ...manifest, consentLog: null };
}
