import type { Person } from './person.ts';

/** A block of sound as a page heard it: when, milliseconds since 1970, how long, and how loud. */
interface Block {
  readonly atMs: number;
  readonly lengthMs: number;
  readonly loudness: number;
}

const AUDIBLE = 0.01;

/** Begins to listen to everybody whose microphone a page plays, also those who come back. */
export async function listenForGaps({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const blocks: Block[] = [];
    Object.assign(globalThis, { coraBlocks: blocks });
    const context = new AudioContext();
    const known = new Set<MediaStream>();
    // Sample by sample, so that nothing is missed between two looks.
    const listener = context.createScriptProcessor(1_024, 1, 1);
    listener.onaudioprocess = ({ inputBuffer }) => {
      const samples = inputBuffer.getChannelData(0);
      const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
      const lengthMs = (samples.length / context.sampleRate) * 1_000;
      const loudness = Math.sqrt(energy / samples.length);
      blocks.push({ atMs: Date.now(), lengthMs, loudness });
    };
    listener.connect(context.destination);
    setInterval(() => {
      for (const audio of document.querySelectorAll<HTMLAudioElement>(
        'audio[data-peer-id], audio[data-slot]',
      )) {
        const stream = audio.srcObject as MediaStream | null;
        if (!stream || known.has(stream)) continue;
        known.add(stream);
        context.createMediaStreamSource(stream).connect(listener);
      }
    }, 20);
  });
}

/**
 * Times without sound since `sinceMs` (milliseconds since 1970), each with its length in
 * milliseconds, the longest first; the pauses of a voice are among them. What a busy page did not
 * listen to counts neither way.
 */
export async function gapsSince({ page }: Person, sinceMs: number): Promise<number[]> {
  const all = await page.evaluate(() => Reflect.get(globalThis, 'coraBlocks') as Block[]);
  const gaps = [0];
  for (const { atMs, lengthMs, loudness } of all) {
    if (atMs < sinceMs) continue;
    if (loudness > AUDIBLE) gaps.push(0);
    else gaps.push((gaps.pop() ?? 0) + lengthMs);
  }
  return gaps.toSorted((a, b) => b - a);
}
