import type { FastifyInstance } from 'fastify';
import type { RoomDirectory } from '../session/ports.ts';

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-allow-headers': 'authorization, content-type, cora-sent',
  'access-control-max-age': '600',
} as const;

/**
 * Lets pages of other servers ask this one for the rooms that it has (Fetch standard, section 3.2). Nothing
 * that they ask with is a cookie.
 */
export function allowPagesOfServers(app: FastifyInstance, directory: RoomDirectory): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined || !request.url.startsWith('/api/')) return;
    if (!directory.pages.includes(origin)) return;
    reply.header('access-control-allow-origin', origin).header('vary', 'origin');
    if (request.method === 'OPTIONS') return reply.headers(PREFLIGHT).status(204).send();
  });
}
