import type { Person } from './person.ts';

/** What the room's voice sounded like at a page, every few milliseconds. */
export interface VoiceSample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Root mean square, full scale 1. */
  readonly loudness: number;
  /** What the page makes of it: 0 to 1. */
  readonly volume: number;
  /** The volume of the first microphone that is played; null when none is. */
  readonly peopleVolume: number | null;
}

const AUDIBLE = 0.01;

/** Begins to measure the voice in which the server speaks, in a page that is in a room. */
export async function listenToVoice({ page }: Person): Promise<void> {
  await page.waitForFunction(() => document.querySelector('audio[data-voice]') !== null);
  await page.evaluate(() => {
    const samples: VoiceSample[] = [];
    Object.assign(globalThis, { coraVoice: samples });
    const voice = document.querySelector<HTMLAudioElement>('audio[data-voice]')!;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 1_024;
    context.createMediaStreamSource(voice.srcObject as MediaStream).connect(analyser);
    const wave = new Float32Array(analyser.fftSize);
    setInterval(() => {
      analyser.getFloatTimeDomainData(wave);
      const energy = wave.reduce((sum, sample) => sum + sample * sample, 0);
      const people = document.querySelector<HTMLAudioElement>(
        'audio[data-peer-id], audio[data-slot]',
      );
      samples.push({
        at: Date.now(),
        loudness: Math.sqrt(energy / wave.length),
        volume: voice.volume,
        peopleVolume: people?.volume ?? null,
      });
    }, 20);
  });
}

/** When the voice was heard since `sinceMs`: from its first sound to its last. Waits until it has been silent for a second. */
export async function heardVoice(
  { page }: Person,
  sinceMs: number,
): Promise<{ fromMs: number; toMs: number; samples: VoiceSample[] }> {
  await page.waitForFunction(
    ([since, audible]) => {
      const samples = (Reflect.get(globalThis, 'coraVoice') as VoiceSample[]).filter(
        ({ at }) => at >= since,
      );
      const last = samples.findLast(({ loudness }) => loudness > audible);
      return last !== undefined && (samples.at(-1)?.at ?? 0) - last.at > 1_000;
    },
    [sinceMs, AUDIBLE] as const,
    { polling: 100, timeout: 30_000 },
  );
  const all = await page.evaluate(() => Reflect.get(globalThis, 'coraVoice') as VoiceSample[]);
  const samples = all.filter(({ at, loudness }) => at >= sinceMs && loudness > AUDIBLE);
  return { fromMs: samples[0]!.at, toMs: samples.at(-1)!.at, samples };
}
