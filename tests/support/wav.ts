import { writeFile } from 'node:fs/promises';

const SAMPLE_RATE = 48_000;

/**
 * Writes a mono 16 bit WAV file with a sine in bursts. Bursts, because a browser's noise
 * suppression takes away what never changes.
 */
export async function writeToneFile(
  file: string,
  options: { frequencyHz: number; seconds: number; burstMs: number; pauseMs: number },
): Promise<void> {
  const { frequencyHz, seconds, burstMs, pauseMs } = options;
  const samples = new Int16Array(SAMPLE_RATE * seconds);
  const period = ((burstMs + pauseMs) * SAMPLE_RATE) / 1_000;
  const burst = (burstMs * SAMPLE_RATE) / 1_000;
  for (let at = 0; at < samples.length; at += 1) {
    const inBurst = at % period < burst;
    if (inBurst) samples[at] = 14_000 * Math.sin((2 * Math.PI * frequencyHz * at) / SAMPLE_RATE);
  }
  await writeFile(file, wavOf(samples));
}

/** A mono 16 bit WAV file at 48 kHz. */
export function wavOf(samples: Int16Array): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
}
