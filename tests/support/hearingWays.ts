import type { Person } from './person.ts';

/** How loud people were at a page at one moment: over the stage's slots, and by their microphones. */
interface Heard {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Root mean square of the loudest, full scale 1. */
  readonly slots: number;
  readonly microphones: number;
}

const AUDIBLE = 0.01;

/** Begins to measure over which way a page hears people, those too who come later. */
export async function measureWays({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const heard: Heard[] = [];
    Object.assign(globalThis, { coraWays: heard });
    const context = new AudioContext();
    const analysers = new Map<MediaStream, AnalyserNode>();
    const wave = new Float32Array(512);
    const loudest = (selector: string): number => {
      let most = 0;
      for (const { srcObject, volume } of document.querySelectorAll<HTMLAudioElement>(selector)) {
        if (!(srcObject instanceof MediaStream)) continue;
        let analyser = analysers.get(srcObject);
        if (!analyser) {
          analyser = context.createAnalyser();
          analyser.fftSize = wave.length;
          context.createMediaStreamSource(srcObject).connect(analyser);
          analysers.set(srcObject, analyser);
        }
        analyser.getFloatTimeDomainData(wave);
        const energy = wave.reduce((sum, sample) => sum + sample * sample, 0);
        most = Math.max(most, volume * Math.sqrt(energy / wave.length));
      }
      return most;
    };
    setInterval(() => {
      const [slots, microphones] = [loudest('audio[data-slot]'), loudest('audio[data-peer-id]')];
      heard.push({ atMs: Date.now(), slots, microphones });
    }, 10);
  });
}

/**
 * For how long people were heard both ways at once since `sinceMs` (milliseconds since 1970), in
 * milliseconds: a change between the ways takes no longer than what lies in two jitter buffers.
 */
export async function heardTwiceMs({ page }: Person, sinceMs: number): Promise<number> {
  const all = await page.evaluate(() => Reflect.get(globalThis, 'coraWays') as Heard[]);
  let twiceMs = 0;
  for (const [index, { atMs, slots, microphones }] of all.entries()) {
    if (atMs < sinceMs || Math.min(slots, microphones) < AUDIBLE) continue;
    twiceMs += atMs - (all[index - 1]?.atMs ?? atMs);
  }
  return twiceMs;
}

/** Waits until people are heard over one way, and have not been over the other for a second. */
export async function hearsOver({ page }: Person, way: 'slots' | 'microphones'): Promise<void> {
  await page.waitForFunction(
    ([over, audible]) => {
      const last = (Reflect.get(globalThis, 'coraWays') as Heard[]).slice(-100);
      const isLoud = (it: Heard, key: 'slots' | 'microphones') => it[key] > audible;
      const other = over === 'slots' ? 'microphones' : 'slots';
      return last.some((it) => isLoud(it, over)) && !last.some((it) => isLoud(it, other));
    },
    [way, AUDIBLE] as const,
    { polling: 100, timeout: 20_000 },
  );
}
