import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOM_ID } from '#tests/support/builders.ts';
import { Site, refused } from '#tests/support/site.ts';

const HEADERS = {
  'permissions-policy': 'microphone=(self), camera=(), display-capture=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
};

/** One directive of a Content-Security-Policy, as a set of its sources. */
function directive(policy: unknown, name: string): string[] | undefined {
  return String(policy)
    .split('; ')
    .map((part) => part.split(' '))
    .find(([first]) => first === name)
    ?.slice(1);
}

describe('pages and headers', () => {
  let site: Site;
  beforeEach(async () => {
    site = await Site.open();
  });
  afterEach(() => site.close());

  it.each([
    ['the page', 'GET', '/', 200],
    ['a room’s page', 'GET', '/r/abc', 200],
    ['an asset', 'GET', '/assets/index-abc123.js', 200],
    ['a refusal', 'GET', `/api/rooms/${ROOM_ID}`, 401],
    ['a missing address', 'GET', '/nothing/here', 404],
    ['a missing call', 'GET', '/api/nothing', 404],
    ['a wrong method', 'DELETE', '/api/rooms', 404],
    ['an address that is none', 'GET', '/%zz', 400],
    ['an address too long', 'GET', `/api/rooms/${'a'.repeat(500)}`, 404],
    ['a health check', 'GET', '/healthz', 200],
    ['whether it takes people in', 'GET', '/readyz', 200],
  ] as const)('[HP1] sends the security headers with %s', async (_what, method, url, status) => {
    const answer = await site.app.inject({ method, url });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers).toMatchObject(HEADERS);
    const policy = answer.headers['content-security-policy'];
    expect(directive(policy, 'default-src')).toEqual(["'none'"]);
    expect(directive(policy, 'script-src')).toEqual(["'self'"]);
    expect(directive(policy, 'style-src')).toEqual(["'self'"]);
    expect(directive(policy, 'require-trusted-types-for')).toEqual(["'script'"]);
    expect(directive(policy, 'frame-ancestors')).toEqual(["'none'"]);
    expect(String(policy)).not.toMatch(/unsafe-(inline|eval)|https?:|\*/);
  });

  it('[HP2] answers what it does not have with an error body', async () => {
    for (const url of ['/nothing', '/api/nothing', '/assets/nothing.js', '/r', '/rx/']) {
      expect(refused(await site.get(url)), url).toEqual([404, 'NOT_FOUND']);
    }
    const posted = await site.post('/r/abc', {});
    expect(refused(posted)).toEqual([404, 'NOT_FOUND']);
  });

  it('[HP3] gives the same page for a room’s address as for the front', async () => {
    const [front, room] = [await site.get('/'), await site.get('/r/q3hZ8mVw1xYk?x=1')];
    expect(room.body).toBe(front.body);
    expect(room.headers['content-type']).toMatch(/^text\/html/);
  });

  it('[HP4] lets assets be kept for good, and asks for the page anew', async () => {
    const asset = await site.get('/assets/index-abc123.js');
    expect(asset.headers['cache-control']).toContain('immutable');
    const page = await site.get('/');
    expect(page.headers['cache-control']).not.toContain('immutable');
    expect(page.headers['cache-control']).toMatch(/max-age=0|no-cache/);
  });

  it('[HP5] lets nothing of the API be kept', async () => {
    const created = await site.post('/api/rooms', { roomName: 'Coro' });
    const refusedCall = await site.get(`/api/rooms/${ROOM_ID}`);
    for (const answer of [created, refusedCall]) {
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  it.each(['/../private', '/..%2fprivate', '/assets/..%2f..%2fprivate', '/%2e%2e/private'])(
    '[HP6] serves nothing outside the client’s folder: %s',
    async (url) => {
      const answer = await site.get(url);
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode).toBeLessThan(500);
      expect(answer.body).not.toContain('nobody sees this');
    },
  );
});
