import { setTimeout as delay } from 'node:timers/promises';
import type { RecordingId } from '#protocol';
import { readyRecording } from '#tests/support/recordings.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';
import { quantile } from './figures.ts';
import { toText, usageOf, type Usage } from './usage.ts';
import { Visitor } from './visitor.ts';

const SPEAKERS = 10;
const ROUNDS = 7;
const WINDOW_MS = 6_000;
const SETTLE_MS = 1_000;

/** What recording ten who talk without a pause costs, in windows with and without in turn. */
export async function measureRecordedCost(): Promise<string> {
  const server = await ServerProcess.start();
  const room = await createRoom(server.url, 'Medida');
  const visitors: Visitor[] = [];
  try {
    for (let index = 0; index < SPEAKERS; index += 1) {
      const options = { name: `P${index}`, toneHz: 200 + 60 * index, hops: true, deaf: true };
      const role = index === 0 ? 'moderator' : 'speaker';
      visitors.push(await Visitor.enter(server.url, room, { role, ...options }));
    }
    const [moderator, ...others] = visitors;
    const [without, recorded]: [Usage[], Usage[]] = [[], []];
    let packets = 0;
    let seconds = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await delay(SETTLE_MS);
      without.push(await usageOf(server.pid, WINDOW_MS));
      const running = await moderator?.signaling.request('startRecording', {});
      const recordingId = running?.recordingId as RecordingId;
      for (const { signaling } of others) {
        const yes = { answer: 'granted', language: 'es', named: true } as const;
        await signaling.request('answerConsent', { recordingId, ...yes });
      }
      await delay(SETTLE_MS);
      recorded.push(await usageOf(server.pid, WINDOW_MS));
      await moderator?.signaling.request('stopRecording', {});
      // The finalizer takes its share of the processors: it must not be in the next window.
      const { manifest } = await readyRecording(server.url, room);
      packets += manifest.speakers.reduce((sum, speaker) => sum + speaker.packets, 0);
      seconds += manifest.durationSeconds;
    }
    const costs = recorded.map((usage, round) => total(usage) - total(without[round] as Usage));
    return (
      `${toText(medianOf(without))}; recorded ${toText(medianOf(recorded))}; recording costs ` +
      `${quantile(costs, 0.5).toFixed(1)} % (median of ${ROUNDS} pairs, ` +
      `${Math.min(...costs).toFixed(1)} to ${Math.max(...costs).toFixed(1)}; ` +
      `${(packets / seconds / SPEAKERS).toFixed(0)} packets a second and speaker)`
    );
  } finally {
    for (const visitor of visitors) visitor.close();
    await server.cleanUp();
  }
}

const total = ({ node, workers }: Usage) => node + workers;

function medianOf(usages: readonly Usage[]): Usage {
  const median = (of: (usage: Usage) => number) => quantile(usages.map(of), 0.5);
  return {
    node: median(({ node }) => node),
    workers: median(({ workers }) => workers),
    others: median(({ others }) => others),
  };
}
