import type { TimedPacket } from '#server/domain/timedPackets.ts';
import { StreamTimeline } from '#server/domain/timeline.ts';
import { placeOf } from '#server/domain/timelinePieces.ts';

/** What a simulated sender does; times in ms of the true clock. */
export interface Talker {
  readonly startMs?: number;
  readonly endMs: number;
  /** The RTP timestamp of true time 0. */
  readonly firstTimestamp?: number;
  /** How much faster the sender's clock runs, in parts per million. */
  readonly ppm?: number;
  /** Whether the packet captured at this time is sent and arrives; true if not given. */
  readonly arrives?: (timeMs: number) => boolean;
  /** Beyond the base delay of 30 ms and the jitter of 0 to 15 ms. */
  readonly extraDelayMs?: (timeMs: number) => number;
  /** Stretches in which nothing is captured and the RTP clock stands still. */
  readonly stalls?: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Whether sender reports come, every 5 s. */
  readonly reports?: boolean;
}

interface TruePacket extends TimedPacket {
  readonly trueMs: number;
}

type Event =
  | { readonly kind: 'packet'; readonly atMs: number; readonly packet: TruePacket }
  | {
      readonly kind: 'report';
      readonly atMs: number;
      readonly ntpSeconds: number;
      readonly rtp: number;
    };

const FRAME_MS = 20;
const BASE_DELAY_MS = 30;
const JITTER_MS = 15;
const REPORT_MS = 5_000;
const NTP_EPOCH_SECONDS = 3_900_000_000;

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the server sees of a talker, in the order of arrival. */
export function simulate(talker: Talker): Event[] {
  const noise = random(7);
  const rate = 48 * (1 + (talker.ppm ?? 0) / 1e6);
  const stalls = talker.stalls ?? [];
  const stalledBefore = (timeMs: number) =>
    stalls.reduce((sum, { fromMs, toMs }) => sum + Math.max(0, Math.min(timeMs, toMs) - fromMs), 0);
  const rtpAt = (timeMs: number) =>
    Math.round((talker.firstTimestamp ?? 0) + (timeMs - stalledBefore(timeMs)) * rate) >>> 0;
  const events: Event[] = [];
  for (let timeMs = talker.startMs ?? 0; timeMs < talker.endMs; timeMs += FRAME_MS) {
    if (stalls.some(({ fromMs, toMs }) => timeMs >= fromMs && timeMs < toMs)) continue;
    const jitter = noise() * JITTER_MS;
    if (talker.arrives?.(timeMs) === false) continue;
    const atMs = timeMs + BASE_DELAY_MS + jitter + (talker.extraDelayMs?.(timeMs) ?? 0);
    const packet = { arrivalMs: atMs, timestamp: rtpAt(timeMs), samples: 960, trueMs: timeMs };
    events.push({ kind: 'packet', atMs, packet });
  }
  if (talker.reports) {
    for (let timeMs = talker.startMs ?? 0; timeMs < talker.endMs; timeMs += REPORT_MS) {
      const ntpSeconds = NTP_EPOCH_SECONDS + timeMs / 1_000;
      events.push({ kind: 'report', atMs: timeMs + BASE_DELAY_MS, ntpSeconds, rtp: rtpAt(timeMs) });
    }
  }
  return events.sort((a, b) => a.atMs - b.atMs);
}

export interface Placement {
  readonly trueMs: number;
  readonly placeMs: number;
  readonly segment: number;
}

/** Places what arrived as the finalizer does: once for the plan, once more to place by it. */
export function place(events: readonly Event[]): Placement[] {
  const survey = new StreamTimeline<TruePacket>();
  for (const event of events) feed(survey, event);
  const plan = survey.plan();
  const again = new StreamTimeline<TruePacket>();
  return events
    .flatMap((event) => feed(again, event))
    .map((accepted) => ({
      trueMs: accepted.packet.trueMs,
      placeMs: placeOf(plan, accepted) / 48,
      segment: accepted.segment,
    }));
}

function feed(timeline: StreamTimeline<TruePacket>, event: Event) {
  if (event.kind === 'packet') return timeline.push(event.packet);
  timeline.report({ ntpSeconds: event.ntpSeconds, rtpTimestamp: event.rtp });
  return [];
}

/** The least and the greatest distance in ms of the packets' places from their true times. */
export function errors(placements: readonly Placement[]): { least: number; greatest: number } {
  const distances = placements.map(({ placeMs, trueMs }) => placeMs - trueMs);
  return { least: Math.min(...distances), greatest: Math.max(...distances) };
}
