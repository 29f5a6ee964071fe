import { ProtocolError, type Manifest } from '#protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import path from 'node:path';
import type { RecordingLibrary, ShareBook, StoredFile } from '../session/ports.ts';
import { byteRange } from './byteRange.ts';
import { requireRight, roleOf, type Doors } from './doors.ts';
import { findRecording, notFound, type RecordingParams } from './recordingAccess.ts';
import { asShared } from './shares.ts';

export interface RecordingFileRoutes extends Doors {
  readonly library: RecordingLibrary;
  readonly shares: ShareBook;
}

interface TicketRequest extends RecordingParams {
  Querystring: { ticket?: string; download?: string };
}

interface FileRequest extends TicketRequest {
  Params: RecordingParams['Params'] & { '*': string };
}

const RECORDING = '/api/rooms/:roomId/recordings/:recordingId';

/** The files of a recording, for whoever has a ticket to it. */
export function addRecordingFileRoutes(app: FastifyInstance, options: RecordingFileRoutes): void {
  const { tokens, library, shares } = options;

  app.route<FileRequest>({
    // Fastify's own HEAD would read the whole file to tell its size.
    method: ['GET', 'HEAD'],
    url: `${RECORDING}/files/*`,
    async handler(request, reply) {
      const { manifest, mayDownload } = await admit(request);
      const found = await library.openFile(manifest, request.params['*']);
      if (!found) throw notFound();
      if (request.query.download !== undefined) {
        if (!mayDownload) throw playOnly();
        saveAs(reply, path.basename(found.file.path));
      }
      return sendFile(request, reply, found);
    },
  });

  app.get<TicketRequest>(`${RECORDING}/files.zip`, async (request, reply) => {
    const { manifest, mayDownload } = await admit(request);
    if (!mayDownload) throw playOnly();
    saveAs(reply, `cora-${new Date(manifest.startedAt).toISOString().slice(0, 10)}.zip`);
    return reply.type('application/zip').send(await library.openArchive(manifest));
  });

  /** @throws ProtocolError NOT_FOUND also when the ticket's share is gone, FORBIDDEN, and as `roleOf` */
  async function admit(
    request: FastifyRequest<TicketRequest>,
  ): Promise<{ manifest: Manifest; mayDownload: boolean }> {
    const { query, params } = request;
    const ticket = await tokens.verifyTicket(query.ticket ?? '');
    const { roomId, recordingId, givenTo } = ticket;
    if (params.roomId !== roomId || params.recordingId !== recordingId) throw notFound();
    const { manifest } = await findRecording(library, roomId, recordingId);
    if (!manifest) throw notFound();
    const mayDownload = ticket.permission === 'download';
    if (!('shareId' in givenTo)) {
      requireRight('seeRecordings', roleOf({ roomId, ...givenTo }, options));
      return { manifest, mayDownload };
    }
    if (!(await shares.find(recordingId, givenTo.shareId))) throw notFound();
    return { manifest: asShared(manifest), mayDownload };
  }
}

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { file, read }: StoredFile,
): Promise<FastifyReply> {
  const { headers } = request;
  const etag = `"${file.sha256}"`;
  reply.headers({ etag, 'accept-ranges': 'bytes' });
  const wantsPart = headers['if-range'] === undefined || headers['if-range'] === etag;
  const range = wantsPart ? byteRange(headers.range, file.sizeBytes) : null;
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${file.sizeBytes}`);
    throw Object.assign(new Error('range'), { statusCode: 416 });
  }
  const content = request.method === 'HEAD' ? undefined : await read(range);
  if (content === null) throw notFound();
  if (range) {
    reply.status(206);
    reply.header('content-range', `bytes ${range.start}-${range.end}/${file.sizeBytes}`);
  }
  reply.header('content-length', range ? range.end - range.start + 1 : file.sizeBytes);
  return reply.type(file.mimeType).send(content);
}

function saveAs(reply: FastifyReply, name: string): void {
  reply.header('content-disposition', `attachment; filename="${name}"`);
}

const playOnly = () => new ProtocolError('FORBIDDEN', 'this share is for playing only');
