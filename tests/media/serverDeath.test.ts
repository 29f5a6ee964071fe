import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Visitor } from '#tests/bench/visitor.ts';
import { decodedFile, readyRecording } from '#tests/support/recordings.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';

vi.setConfig({ testTimeout: 180_000 });

const SPEAKERS = 10;
const TALK_MS = 5_000;
const LOSS_BAR_S = 1;

it('[FT11] loses at most the last second of ten who talk to kill -9, and mends the rest by itself', async () => {
  let server = await ServerProcess.start();
  onTestFinished(() => server.cleanUp());
  const room = await createRoom(server.url, 'Pleno');
  const visitors: Visitor[] = [];
  onTestFinished(() => visitors.forEach((visitor) => visitor.close()));
  for (let index = 0; index < SPEAKERS; index += 1) {
    const role = index === 0 ? 'moderator' : 'speaker';
    const voice = { name: `P${index}`, toneHz: 200 + 60 * index, hops: true, deaf: true };
    visitors.push(await Visitor.enter(server.url, room, { role, ...voice }));
  }
  const [moderator, ...others] = visitors as [Visitor, ...Visitor[]];
  const { recordingId } = await moderator.signaling.request('startRecording', {});
  const yes = { recordingId, answer: 'granted', language: 'es', named: true } as const;
  for (const { signaling } of others) await signaling.request('answerConsent', yes);
  await delay(TALK_MS);
  await calm(server);

  const killedMs = Date.now();
  await server.end('SIGKILL');
  for (const visitor of visitors) visitor.close();
  server = await ServerProcess.start({ home: server.home });
  const recording = await readyRecording(server.url, room, 90_000);

  const { startedAt, stopReason, durationSeconds, speakers } = recording.manifest;
  const killedAt = (killedMs - startedAt) / 1_000;
  expect(stopReason).toBe('interrupted');
  expect(durationSeconds).toBeGreaterThan(killedAt - LOSS_BAR_S);
  expect(durationSeconds).toBeLessThan(killedAt + 0.5);
  expect(speakers).toHaveLength(SPEAKERS);
  for (const { file, segments } of speakers) {
    expect(segments.at(-1)!.endSeconds).toBeGreaterThan(killedAt - LOSS_BAR_S);
    const sound = await decodedFile(server.url, room, recording, file.path);
    const last = killedAt - LOSS_BAR_S;
    expect(sound.loudnessBetween(last - 0.5, last)).toBeGreaterThan(0.05);
  }
});

/**
 * Waits for a moment before which the server, and those who talk in this process, ran without a
 * stop: of a machine that stood still nothing could have been sent, nor written.
 */
async function calm({ url }: ServerProcess): Promise<void> {
  const CALM_MS = 1_500;
  const STOP_MS = 250;
  const deadline = AbortSignal.timeout(90_000);
  let sinceMs = performance.now();
  for (let lookedMs = sinceMs; lookedMs - sinceMs < CALM_MS;) {
    deadline.throwIfAborted();
    await delay(20);
    await fetch(url, { method: 'HEAD' });
    const nowMs = performance.now();
    if (nowMs - lookedMs > STOP_MS) sinceMs = nowMs;
    lookedMs = nowMs;
  }
}
