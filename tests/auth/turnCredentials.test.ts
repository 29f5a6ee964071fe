import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TurnCredentials } from '#server/auth/turnCredentials.ts';
import type { PeerId } from '#protocol';
import { FakeClock } from '#tests/support/fakes.ts';

const SECRET = 'kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ';
const TURN = ['turn:turn.example.org', 'turns:turn.example.org:443?transport=tcp'];
const ANA = 'peer-ana-0001' as PeerId;

function credentials(change: { stunUrls?: string[]; turnSecret?: string | null } = {}) {
  const clock = new FakeClock(1_750_000_000_900);
  const options = { stunUrls: [], turnUrls: TURN, turnSecret: SECRET, clock, ...change };
  return { clock, servers: new TurnCredentials(options) };
}

describe('credentials for TURN', () => {
  it('[TN5] are of one peer, end after 300 s and are signed as coturn checks it', () => {
    const { servers } = credentials();
    const username = `1750000300:${ANA}`;
    const credential = createHmac('sha1', SECRET).update(username).digest('base64');
    expect(servers.for(ANA)).toEqual([{ urls: TURN, username, credential }]);
  });

  it('[TN6] are made anew each time', () => {
    const { clock, servers } = credentials();
    const before = servers.for(ANA)[0];
    clock.advance(60_000);
    const after = servers.for(ANA)[0];
    expect(after?.username).toBe(`1750000360:${ANA}`);
    expect(after?.credential).not.toBe(before?.credential);
  });

  it('[TN7] are not given out for STUN, nor where there is no TURN', () => {
    const stunUrls = ['stun:turn.example.org'];
    expect(credentials({ stunUrls }).servers.for(ANA)[0]).toEqual({ urls: stunUrls });
    expect(credentials({ stunUrls, turnSecret: null }).servers.for(ANA)).toHaveLength(1);
    expect(credentials({ turnSecret: null }).servers.for(ANA)).toEqual([]);
  });
});
