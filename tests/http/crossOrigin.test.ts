import fastify, { type FastifyInstance } from 'fastify';
import { allowPagesOfServers } from '#server/http/crossOrigin.ts';
import { addSecurityHeaders } from '#server/http/headers.ts';
import type { RoomDirectory } from '#server/session/ports.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PAGE = 'https://cora.example.org';
const SERVER = 'https://cora-1.example.org';

const directory: RoomDirectory = {
  ...{ origins: [SERVER], pages: [PAGE] },
  async requireHere() {},
  requireAwake() {},
  begin() {},
};

describe('pages of other servers', () => {
  let app: FastifyInstance;
  beforeEach(() => {
    app = fastify();
    addSecurityHeaders(app, () => directory.origins);
    allowPagesOfServers(app, directory);
    app.get('/api/rooms', async () => ({}));
    app.get('/', async () => ({}));
  });
  afterEach(() => app.close());

  const answerTo = async (origin: string, method: 'GET' | 'OPTIONS' = 'GET', url = '/api/rooms') =>
    app.inject({ method, url, headers: { origin } });

  it('[QS24] may ask this one, and no others may, whatever they call themselves', async () => {
    const allowed = await answerTo(PAGE);
    expect(allowed.headers).toMatchObject({ 'access-control-allow-origin': PAGE, vary: 'origin' });
    expect((await answerTo(PAGE, 'OPTIONS')).statusCode).toBe(204);
    const strangers = ['null', '*', '', `${PAGE}.evil.example`, `${PAGE}:8443`, `${PAGE}/`];
    for (const origin of [...strangers, 'http://cora.example.org', PAGE.toUpperCase(), SERVER]) {
      for (const method of ['GET', 'OPTIONS'] as const) {
        const { headers } = await answerTo(origin, method);
        expect(Object.keys(headers).filter((it) => it.startsWith('access-control'))).toEqual([]);
      }
    }
    const page = await answerTo(PAGE, 'GET', '/');
    expect(page.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('[QS25] may go to the origins of servers, and lead nowhere else', async () => {
    const { headers } = await answerTo(PAGE, 'GET', '/');
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toContain(`connect-src 'self' ${SERVER} ws: wss:`);
    expect(policy).toContain("script-src 'self'");
  });
});
