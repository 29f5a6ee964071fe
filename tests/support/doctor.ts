import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inside } from './network/commands.ts';

const DOCTOR = fileURLToPath(new URL('../../scripts/doctor.mjs', import.meta.url));

/** What the doctor said. */
export interface Diagnosis {
  readonly code: number | null;
  readonly text: string;
  /** Of findings, by the name at their beginning: `ok`, `note` or `bad`, and the words. */
  readonly of: (name: string) => string[];
  readonly ms: number;
}

/**
 * Runs the doctor as a person does, with these settings and no others.
 * @param namespace network namespace to run it in
 */
export async function diagnose(
  settings: Readonly<Record<string, string>>,
  namespace?: string,
): Promise<Diagnosis> {
  const { PATH = '', HOME = '', XDG_CACHE_HOME, MEDIASOUP_WORKER_BIN } = process.env;
  const kept = Object.entries({ PATH, HOME, XDG_CACHE_HOME, MEDIASOUP_WORKER_BIN });
  const env = {
    ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)),
    ...settings,
  };
  const line = [process.execPath, DOCTOR] as const;
  const [command, ...args] = namespace === undefined ? line : inside(namespace, ...line);
  const startedMs = performance.now();
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  const lines = text.split('\n').map((it) => /^(\w+) +(\S.*?) {2,}(.*)$/.exec(it));
  const of = (name: string) =>
    lines.flatMap((it) => (it?.[2] === name ? [`${it[1]}: ${it[3]}`] : []));
  return { code, text, of, ms: performance.now() - startedMs };
}
