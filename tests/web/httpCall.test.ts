import { afterEach, describe, expect, it, vi } from 'vitest';
import * as v from 'valibot';
import { call, Unreachable } from '#web/client/httpCall.ts';

const asked = () =>
  call({ path: '/rooms', answer: v.object({ roomId: v.string() }) }).catch(
    (error: unknown) => error,
  );

describe('a call over HTTP', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    [502, '<h1>Bad Gateway</h1>'],
    [504, ''],
    [200, '{"hotel":"Sign in first"}'],
  ])('[CT40] knows the HTTP status of an answer that is not of Cora: %d', async (status, body) => {
    vi.stubGlobal('fetch', async () => new Response(body, { status }));
    expect(await asked()).toSatisfy((it) => it instanceof Unreachable && it.status === status);
  });

  it('[CT40] knows none where nothing answered', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('Failed to fetch')));
    expect(await asked()).toSatisfy((it) => it instanceof Unreachable && it.status === null);
  });
});
