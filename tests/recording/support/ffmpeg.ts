import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

// Independent tools: what ffmpeg makes of a file.

const run = promisify(execFile);

/** Decodes a file's first sound track to one channel at 48 kHz. Throws when ffmpeg warns of anything. */
export async function decodeFile(path: string): Promise<Float32Array> {
  const { stdout, stderr } = await run(
    'ffmpeg',
    ['-v', 'warning', '-i', path, '-f', 'f32le', '-ac', '1', '-ar', '48000', '-'],
    { encoding: 'buffer', maxBuffer: 2 ** 28 },
  );
  if (stderr.byteLength > 0) throw new Error(stderr.toString());
  const bytes = Uint8Array.from(stdout);
  return new Float32Array(bytes.buffer, 0, bytes.byteLength >> 2);
}

/** Integrated loudness in LUFS and true peak in dBTP (EBU R128). */
export async function measureFile(path: string): Promise<{ loudness: number; peak: number }> {
  const filter = ['-af', 'ebur128=peak=true', '-f', 'null', '-'];
  const { stderr } = await run('ffmpeg', ['-hide_banner', '-i', path, ...filter], {
    maxBuffer: 2 ** 26,
  });
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  const number = (pattern: RegExp) => Number(pattern.exec(summary)?.[1]);
  return { loudness: number(/I:\s+(-?[\d.]+) LUFS/), peak: number(/Peak:\s+(-?[\d.]+) dBFS/) };
}

/** What ffprobe says of a file's sound track. Throws when it complains. */
export async function probeFile(path: string): Promise<Record<string, string>> {
  const { stdout, stderr } = await run('ffprobe', [
    ...['-v', 'warning', '-of', 'default=nw=1', '-show_streams', '-show_format', path],
  ]);
  if (stderr !== '') throw new Error(stderr);
  return Object.fromEntries(stdout.split('\n').map((line) => line.split('=', 2)));
}

/** By how many samples `heard` comes after `said`, where they are most alike; at most `range`. */
export function lagOf(heard: Float32Array, said: Float32Array, range: number): number {
  let best = { lag: 0, likeness: -Infinity };
  for (let lag = -range; lag <= range; lag++) {
    let likeness = 0;
    for (let index = range; index < said.length - range; index++) {
      likeness += (said[index] as number) * (heard[index + lag] ?? 0);
    }
    if (likeness > best.likeness) best = { lag, likeness };
  }
  return best.lag;
}
