import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a command to its end. Rejects with what it wrote when it fails. */
export async function run(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute(command, args);
  return stdout;
}

/** What runs `command` in a network namespace: the process keeps its id, and ends with its own code. */
export const inside = (namespace: string, ...command: string[]): [string, ...string[]] => [
  'ip',
  'netns',
  'exec',
  namespace,
  ...command,
];

/** Runs a command in a network namespace to its end. */
export function runInside(namespace: string, ...command: string[]): Promise<string> {
  return run(...inside(namespace, ...command));
}

/** Removes a namespace, and ends what still runs in it. Its interfaces go with it. Idempotent. */
export function removeNamespace(namespace: string): void {
  try {
    const pids = execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' });
    for (const pid of pids.split('\n').flatMap((line) => Number(line) || [])) {
      process.kill(pid, 'SIGKILL');
    }
    execFileSync('ip', ['netns', 'delete', namespace]);
  } catch {
    // It is gone already, or what ran in it was quicker.
  }
}
