import type { Person } from '#tests/support/person.ts';
import { SAMPLE_RATE, type DecodedSound } from '#tests/support/decode.ts';

/** Full scale 1. Bursts are far above, what noise suppression lets through between them far below. */
const LOUD = 0.04;
/** How long it must be quiet for the next loud moment to be a beginning. */
const QUIET_MS = 50;

/** In the page: writes down when (ms since 1970) each burst of its own microphone begins. */
export async function watchMicrophone({ page }: Person): Promise<void> {
  await page.evaluate(
    ({ loud, quietMs }) => {
      interface Watch {
        coraNotes: { microphones: MediaStreamTrack[] };
        coraOnsets?: number[];
        coraWatch?: number;
      }
      const scope = globalThis as unknown as Watch;
      const track = scope.coraNotes.microphones.at(-1);
      if (!track) throw new Error('no microphone is open');
      const onsets = (scope.coraOnsets ??= []);
      clearInterval(scope.coraWatch);
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      analyser.fftSize = 256;
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      const wave = new Float32Array(analyser.fftSize);
      let lastLoud = performance.now();
      scope.coraWatch = setInterval(() => {
        analyser.getFloatTimeDomainData(wave);
        if (!wave.some((sample) => Math.abs(sample) > loud)) return;
        const now = performance.now();
        if (now - lastLoud > quietMs) onsets.push(Date.now());
        lastLoud = now;
      }, 5) as unknown as number;
    },
    { loud: LOUD, quietMs: QUIET_MS },
  );
}

/** What `watchMicrophone` wrote down so far in this page. */
export function playedOnsets({ page }: Person): Promise<number[]> {
  return page.evaluate(() => (globalThis as unknown as { coraOnsets?: number[] }).coraOnsets ?? []);
}

/** The seconds at which bursts begin in a decoded file. */
export function recordedOnsets({ samples }: DecodedSound): number[] {
  const quiet = (QUIET_MS / 1_000) * SAMPLE_RATE;
  const onsets: number[] = [];
  let lastLoud = -quiet;
  samples.forEach((sample, at) => {
    if (Math.abs(sample) <= LOUD) return;
    if (at - lastLoud > quiet) onsets.push(at / SAMPLE_RATE);
    lastLoud = at;
  });
  return onsets;
}

export interface Comparison {
  /** Bursts that a steady voice has in the spans that count. */
  readonly expected: number;
  /** Bursts in the file, there. */
  readonly found: number;
  /** Bursts in the file when none should be. */
  readonly extra: number;
  /** How far each burst is from the beat that most of them keep, in ms. */
  readonly offBeatMs: readonly number[];
  /** Recorded less played, in ms. What was played is known only as late as the page could look. */
  readonly offsetsMs: readonly number[];
  /** The medians of those, of each 20 s: what moves is placed wrongly, or looked at late. */
  readonly windowMediansMs: readonly number[];
}

/** The voices' beat: a burst each half second, without a seam where their files begin again. */
const BEAT_MS = 500;
/** How far a recorded burst may be from a played one to be the same. */
const SAME_MS = 200;
const WINDOW_MS = 20_000;
const MIN_IN_WINDOW = 15;

/** Compares what was played (ms since 1970) with what the file has, inside the spans that count. */
export function compare(options: {
  played: readonly number[];
  recorded: readonly number[];
  startedAt: number;
  /** When this person was to be recorded, ms since 1970; a second at each end is left out. */
  spans: readonly (readonly [from: number, to: number])[];
}): Comparison {
  const { startedAt, spans } = options;
  const within = (at: number, marginMs: number) =>
    spans.some(([from, to]) => at > from + marginMs && at < to - marginMs);
  const all = options.recorded.map((second) => startedAt + second * 1_000);
  const counted = all.filter((at) => within(at, 1_000));
  const offBeatMs = spans.flatMap(([from, to]) =>
    offBeat(counted.filter((at) => at > from && at < to)),
  );
  const offsets = options.played
    .filter((at) => within(at, 1_000))
    .flatMap((at) => {
      const nearest = all.reduce(
        (best, it) => (Math.abs(it - at) < Math.abs(best - at) ? it : best),
        Infinity,
      );
      return Math.abs(nearest - at) <= SAME_MS ? [{ at, ms: nearest - at }] : [];
    });
  return {
    expected: spans.reduce((sum, [from, to]) => sum + (to - from - 2_000) / BEAT_MS, 0),
    found: counted.length,
    extra: all.filter((at) => !within(at, -1_000)).length,
    offBeatMs,
    offsetsMs: offsets.map(({ ms }) => ms),
    windowMediansMs: [...Map.groupBy(offsets, ({ at }) => Math.floor(at / WINDOW_MS)).values()]
      .filter((window) => window.length >= MIN_IN_WINDOW)
      .map((window) => median(window.map(({ ms }) => ms))),
  };
}

/** Each microphone keeps its own beat, and begins it anew when it is opened anew. */
function offBeat(onsets: readonly number[]): number[] {
  const first = onsets[0] ?? 0;
  const wrap = (ms: number) => ms - BEAT_MS * Math.round(ms / BEAT_MS);
  const phases = onsets.map((at) => wrap(at - first));
  const middle = median(phases);
  return phases.map((phase) => wrap(phase - middle));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
