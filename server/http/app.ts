import fastifyStatic from '@fastify/static';
import { ProtocolError } from '#protocol';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Log } from '../session/ports.ts';
import { addConnectionTestRoutes, type ConnectionTestRoutes } from './connectionTests.ts';
import { allowPagesOfServers } from './crossOrigin.ts';
import { entranceCounter, type EntranceOptions } from './entrances.ts';
import { answerErrors } from './errors.ts';
import { SECURITY_HEADERS, addSecurityHeaders } from './headers.ts';
import { addInvitationRoutes, type InvitationRoutes } from './invitations.ts';
import { addPhrasebookRoutes, type PhrasebookRoutes } from './phrasebooks.ts';
import { addRecordingFileRoutes, type RecordingFileRoutes } from './recordingFiles.ts';
import { addRecordingRoutes, type RecordingRoutes } from './recordings.ts';
import { addRoomRoutes, type RoomRoutes } from './rooms.ts';
import { addShareRoutes, type ShareRoutes } from './shares.ts';

const MAX_BODY_BYTES = 4_096;
const REQUEST_TIMEOUT_MS = 15_000;

export interface HttpOptions
  extends
    EntranceOptions,
    RoomRoutes,
    InvitationRoutes,
    ConnectionTestRoutes,
    PhrasebookRoutes,
    RecordingRoutes,
    RecordingFileRoutes,
    ShareRoutes {
  /** Folder of the built client. */
  readonly clientDirectory: string;
  readonly log: Log;
}

/** The HTTP side: the API, and the client for every other address. Not listening yet. */
export async function createHttpApp(options: HttpOptions): Promise<FastifyInstance> {
  // Fastify's own request log would write addresses, and those of recordings carry tickets.
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    // An address that is none is refused before any hook, and by default without headers.
    frameworkErrors: (_error, _request, reply) => refuseAddress(reply as FastifyReply),
  });
  addSecurityHeaders(app, () => options.directory.origins);
  allowPagesOfServers(app, options.directory);
  answerErrors(app, options.log);
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });

  const count = entranceCounter(options);
  addRoomRoutes(app, { ...options, count });
  addInvitationRoutes(app, { ...options, count });
  addConnectionTestRoutes(app, options);
  addPhrasebookRoutes(app, options);
  addRecordingRoutes(app, options);
  addRecordingFileRoutes(app, options);
  addShareRoutes(app, options);
  app.get('/healthz', async () => ({ ok: true }));
  app.get('/readyz', async (_request, reply) => {
    const ok = options.isReady();
    return reply
      .status(ok ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ ok });
  });

  await app.register(fastifyStatic, {
    root: options.clientDirectory,
    // Vite names its assets by their content; the page itself must be asked for anew.
    setHeaders(reply, file) {
      if (file.includes('/assets/')) {
        reply.header('cache-control', 'public, max-age=31536000, immutable');
      }
    },
  });
  app.setNotFoundHandler((request, reply) => {
    const isPage =
      request.method === 'GET' && /^\/([rs]\/.*)?$/.test(request.url.split('?')[0] ?? '');
    if (!isPage) throw new ProtocolError('NOT_FOUND', 'no such address');
    return reply.sendFile('index.html');
  });
  return app;
}

function refuseAddress(reply: FastifyReply): void {
  const refusal = new ProtocolError('INVALID_MESSAGE', 'the address could not be read');
  reply.headers(SECURITY_HEADERS).status(400).send({ error: refusal.toBody() });
}
