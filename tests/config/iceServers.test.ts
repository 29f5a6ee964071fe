import { describe, expect, it } from 'vitest';
import { readConfig } from '#server/config.ts';
import { problemsOf } from '#tests/support/configProblems.ts';

const SECRET = 'kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ';
const NEXT = 'Za0Sd5Fh1Jc6Ln3Bu8Yt4Rv9Qm2Wp7Xk';
const TURN = 'turn:turn.example.org:3478?transport=udp';

describe('settings for the way through firewalls', () => {
  it('[TN1] are read as they are meant, and are none without them', () => {
    expect(readConfig({}).iceServers).toEqual({ stunUrls: [], turnUrls: [], turnSecret: null });
    const secure = 'turns:turn.example.org:443?transport=tcp';
    const { iceServers } = readConfig({
      STUN_URLS: 'stun:turn.example.org',
      TURN_URLS: ` ${TURN} ,${secure},`,
      TURN_SECRET: SECRET,
    });
    expect(iceServers).toEqual({
      stunUrls: ['stun:turn.example.org'],
      turnUrls: [TURN, secure],
      turnSecret: SECRET,
    });
  });

  it('[TN2] sign with the first of two secrets', () => {
    const { iceServers } = readConfig({ TURN_URLS: TURN, TURN_SECRET: `${NEXT}, ${SECRET}` });
    expect(iceServers.turnSecret).toBe(NEXT);
  });

  it.each([
    'turn:turn.example.org',
    'TURN:198.51.100.7:3478',
    'turn:[2001:db8::7]:3478?transport=tcp',
    'turns:turn.example.org:5349',
  ])('[TN3] take every form of RFC 7065 that browsers know: %s', (url) => {
    const env = { TURN_URLS: url, TURN_SECRET: SECRET };
    expect(readConfig(env).iceServers.turnUrls).toEqual([url]);
  });

  it.each([
    ['STUN_URLS', { STUN_URLS: '' }, 'such as stun:'],
    ['STUN_URLS', { STUN_URLS: 'turn.example.org' }, 'such as stun:'],
    ['STUN_URLS', { STUN_URLS: 'stun://turn.example.org' }, 'such as stun:'],
    ['STUN_URLS', { STUN_URLS: 'stun:turn.example.org?transport=udp' }, 'such as stun:'],
    ['STUN_URLS', { STUN_URLS: Array(9).fill('stun:a.example').join(',') }, 'at most 8'],
    ['TURN_URLS', { TURN_URLS: 'https://turn.example.org' }, 'such as turn:'],
    ['TURN_URLS', { TURN_URLS: 'turn:turn.example.org:0' }, 'such as turn:'],
    ['TURN_URLS', { TURN_URLS: 'turn:turn.example.org:70000' }, 'such as turn:'],
    ['TURN_URLS', { TURN_URLS: 'turn:turn.example.org?transport=sctp' }, 'such as turn:'],
    ['TURN_URLS', { TURN_URLS: 'turn:[2001:db8::g]:3478' }, 'such as turn:'],
    ['TURN_URLS', { TURN_URLS: 'turn:300.1.1.1' }, 'such as turn:'],
    ['TURN_URLS', { TURN_URLS: 'turns:turn.example.org?transport=udp' }, 'transport=tcp'],
    ['TURN_URLS', { TURN_SECRET: SECRET }, 'TURN_SECRET alone'],
    ['TURN_SECRET', { TURN_URLS: TURN }, 'TURN_URLS alone'],
    ['TURN_SECRET', { TURN_SECRET: `${SECRET},${NEXT},${SECRET}` }, 'write one, or two'],
    ['TURN_SECRET', { TURN_SECRET: `${SECRET},canary4711` }, 'at least 32'],
    ['TURN_SECRET', { TURN_SECRET: 'CHANGE-ME-canary4711-tY8uB3nL6cJ1hF5dS0aZ' }, 'a sample'],
  ])('[TN4] are refused with their name and what to write: %s of %o', (name, given, fix) => {
    const complete = name === 'TURN_SECRET' || !('TURN_URLS' in given);
    const problems = problemsOf(complete ? given : { TURN_SECRET: SECRET, ...given });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: .*\\.$`));
    expect(problems[0]).toContain(fix);
    expect(problems[0]).not.toMatch(/canary4711|kX7pW2/);
  });
});
