import { describe, expect, it } from 'vitest';
import { readConfig } from '#server/config.ts';
import { configWarnings } from '#server/config/warnings.ts';
import { problemsOf } from '#tests/support/configProblems.ts';

const TOKEN_SECRET = 'yR3k8vQz0LpW5tXn2mJc7bHs9dFg4aKe1uToZiVq';
const REDIS_URL = 'redis://:geheim@10.0.0.9:6379';

describe('a server that shares its rooms', () => {
  it('[QS40] is told which settings do not go together, and starts with none of them', () => {
    expect(problemsOf({ REDIS_URL })).toEqual([expect.stringMatching(/^TOKEN_SECRET: .*same/)]);
    expect(problemsOf({ REDIS_URL: 'http://10.0.0.9', TOKEN_SECRET })).toEqual([
      expect.stringMatching(/^REDIS_URL: begin it with rediss/),
    ]);
    expect(problemsOf({ REDIS_URL, TOKEN_SECRET, PIPE_PORT: '65000' })).toEqual([
      expect.stringMatching(/^PIPE_PORT: .*Begin lower/),
    ]);
    expect(problemsOf({ REDIS_URL, TOKEN_SECRET })).toEqual([]);
  });

  it('[QS41] is alone where nothing is said of others', () => {
    expect(readConfig({}).cluster).toBeUndefined();
  });

  it('[QS42] is warned of a Redis that strangers can reach', () => {
    const warningsOf = (url: string) =>
      configWarnings(
        readConfig({
          ...{ PUBLIC_URL: 'https://cora.example.org', LISTEN_IP: '203.0.113.7', TOKEN_SECRET },
          ...{ TRUSTED_PROXIES: '127.0.0.1', REDIS_URL: url },
        }),
      ).map(({ text }) => text);
    for (const open of ['redis://:pw@redis.example.org', 'rediss://redis.example.org']) {
      expect(warningsOf(open)).toEqual([expect.stringMatching(/^REDIS_URL: .*Write rediss:/)]);
    }
    for (const safe of [REDIS_URL, 'rediss://:pw@redis.example.org', 'redis://127.0.0.1']) {
      expect(warningsOf(safe)).toEqual([]);
    }
  });
});
