import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EspeakEngine } from '#server/speech/espeakEngine.ts';
import { openSpeech } from '#server/speech/openSpeech.ts';
import { ProcessQueue } from '#server/speech/processQueue.ts';
import { Turns } from '#server/speech/turns.ts';
import { childrenOf } from '#tests/bench/figures.ts';
import { Latch } from '#tests/support/fakes.ts';
import { isAlive } from '#tests/support/processes.ts';
import type { Odd } from './support/oddProcess.ts';
import { durationMs, openVoice, silentLog } from './support/voices.ts';

const ODD = fileURLToPath(new URL('./support/oddProcess.ts', import.meta.url));
const SPEAKER = fileURLToPath(new URL('./support/speakAndWait.ts', import.meta.url));
/** Longer than any answer takes here, on a machine that is busy with everything else. */
const LONG_MS = 20_000;

describe("the embedded voice's process", () => {
  const { engine, say, pid } = openVoice();

  it('[SY30] costs, when it is killed at work, that one phrase', async () => {
    await say('Hola');
    const first = pid() as number;
    const lost = say('Había una vez un barco chiquitito. '.repeat(20));
    const next = say('Hola de nuevo');
    await Promise.resolve();
    process.kill(first, 'SIGKILL');
    await expect(lost).rejects.toThrow();
    expect(durationMs(await next)).toBeGreaterThan(300);
    expect(pid()).not.toBe(first);
  });

  it('[SY31] costs nothing when it is killed at rest', async () => {
    await say('Hola');
    const first = pid() as number;
    process.kill(first, 'SIGKILL');
    await expect.poll(() => isAlive(first), { timeout: LONG_MS }).toBe(false);
    expect(durationMs(await say('Hola'))).toBeGreaterThan(200);
  });

  it('[SY32] does not mind what service managers send to all', async () => {
    await say('Hola');
    const same = pid() as number;
    process.kill(same, 'SIGINT');
    process.kill(same, 'SIGTERM');
    expect(durationMs(await say('Hola'))).toBeGreaterThan(200);
    expect(pid()).toBe(same);
  });

  it('[SY33] ends with the voice, which says no more', async () => {
    await say('Hola');
    const last = pid() as number;
    const interrupted = say('Había una vez un barco chiquitito. '.repeat(20));
    const waiting = say('Hola');
    const outcomes = Promise.allSettled([interrupted, waiting]);
    await Promise.all([engine.close(), engine.close()]);
    expect(isAlive(last)).toBe(false);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(say('Hola')).rejects.toThrow('closed');
    await engine.close();
    expect(pid()).toBeUndefined();
  });

  it('[SY34] ends with a server that was killed', async () => {
    const server = spawn(process.execPath, [SPEAKER], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(server.stdout, 'data');
    const [voice] = childrenOf(server.pid as number);
    expect(isAlive(voice as number)).toBe(true);
    server.kill('SIGKILL');
    await expect.poll(() => isAlive(voice as number), { timeout: LONG_MS }).toBe(false);
  });

  it('[SY35] which is closed before it is ready leaves none behind', async () => {
    const before = childrenOf(process.pid);
    const hasty = new EspeakEngine();
    const said = hasty.say({ text: 'Hola', language: 'es', voice: 0 });
    const outcome = expect(said).rejects.toThrow();
    await hasty.close();
    await outcome;
    expect(childrenOf(process.pid)).toEqual(before);
  });
});

describe('a process that is asked', () => {
  function openQueue(): ProcessQueue<Odd, string | number> {
    const queue = new ProcessQueue<Odd, string | number>(ODD);
    onTestFinished(() => queue.close());
    return queue;
  }

  it('[SY36] is replaced when it does not answer in time', async () => {
    const queue = openQueue();
    const first = await queue.ask('answer', LONG_MS);
    await expect(queue.ask('hang', 300)).rejects.toThrow('silent for 300 ms');
    expect(isAlive(first as number)).toBe(false);
    expect(await queue.ask('answer', LONG_MS)).not.toBe(first);
  });

  it('[SY37] stays when it refuses', async () => {
    const queue = openQueue();
    const first = await queue.ask('answer', LONG_MS);
    await expect(queue.ask('refuse', LONG_MS)).rejects.toThrow('not that');
    expect(await queue.ask('answer', LONG_MS)).toBe(first);
  });

  it('[SY38] is begun again ever later when it keeps dying, and says of what', async () => {
    const queue = openQueue();
    const times: number[] = [];
    for (let death = 0; death < 4; death += 1) {
      const begun = performance.now();
      await expect(queue.ask('die', LONG_MS)).rejects.toThrow('what a pity');
      times.push(performance.now() - begun);
    }
    // 250 ms before the third, 500 ms before the fourth.
    expect(times[2]).toBeGreaterThan(250);
    expect(times[3]).toBeGreaterThan(500);
    expect(await queue.ask('answer', LONG_MS)).toBeTypeOf('number');
  });

  it('[SY39] can be closed while it waits to be begun again', async () => {
    const queue = openQueue();
    for (let death = 0; death < 4; death += 1) await queue.ask('die', LONG_MS).catch(() => {});
    const asked = expect(queue.ask('answer', LONG_MS)).rejects.toThrow();
    await queue.close();
    await asked;
  });

  it("[SY40] knows nothing of the server's environment", async () => {
    process.env['TOKEN_SECRET'] = 'canary4711';
    onTestFinished(() => void delete process.env['TOKEN_SECRET']);
    expect(await openQueue().ask('listEnvironment', LONG_MS)).not.toMatch('TOKEN_SECRET');
  });
});

it('[SY41] takes so many at once, lets so many wait and refuses the rest', async () => {
  const turns = new Turns({ atOnce: 2, mayWait: 3 });
  const latch = new Latch();
  latch.hold();
  const begun: number[] = [];
  const outcomes = Array.from({ length: 6 }, (_, number) =>
    turns.take(async () => {
      begun.push(number);
      await latch.wait();
      if (number === 1) throw new Error('it went wrong');
      return number;
    }),
  );
  await expect(outcomes[5]).rejects.toThrow('too much waits');
  expect(begun).toEqual([0, 1]);
  latch.open();
  await expect(outcomes[1]).rejects.toThrow('it went wrong');
  expect(await Promise.all([outcomes[0], ...outcomes.slice(2, 5)])).toEqual([0, 2, 3, 4]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(await turns.take(async () => 'free again')).toBe('free again');
});

describe('where the server does not speak', () => {
  it('[SY42] nothing is begun when that is set', () => {
    const before = childrenOf(process.pid);
    expect(openSpeech({ kind: 'none' }, silentLog)).toBeNull();
    expect(childrenOf(process.pid)).toEqual(before);
  });

  it('[SY43] a line in the log says that a package is missing, and what to do', () => {
    const lines: string[] = [];
    const log = { ...silentLog, warn: (_: unknown, message: string) => void lines.push(message) };
    expect(openSpeech({ kind: 'espeak' }, log, () => false)).toBeNull();
    expect(lines).toEqual([expect.stringMatching(/npm install.*SPEECH/)]);
  });

  it('[SY44] it does when the package is there', async () => {
    const engine = openSpeech({ kind: 'espeak' }, silentLog);
    expect(engine?.speaks('es')).toBe(true);
    await engine?.close();
  });
});
