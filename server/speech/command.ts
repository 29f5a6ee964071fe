import { spawn } from 'node:child_process';

/** Settings of the server's that no other program needs to know. */
const SECRETS = [
  'TOKEN_SECRET',
  'TOKEN_SECRET_PREVIOUS',
  'TURN_SECRET',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
];

export interface CommandRun {
  /** Program and arguments: no shell reads them. */
  readonly argv: readonly string[];
  /** Beside the server's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** For its standard input. */
  readonly input: string;
  readonly limits: { readonly bytes: number; readonly ms: number };
  readonly signal: AbortSignal;
}

/**
 * Runs a command to its end. Resolves with what it wrote to its standard output. Rejects when it
 * cannot be begun, ends with another code than 0, goes beyond its limits or is aborted: then it is
 * killed with all that it began.
 */
export async function runCommand(run: CommandRun): Promise<Buffer> {
  const { limits, signal } = run;
  signal.throwIfAborted();
  const [program = '', ...args] = run.argv;
  const kept = Object.entries(process.env).filter(([name]) => !SECRETS.includes(name));
  const child = spawn(program, args, {
    env: { ...Object.fromEntries(kept), ...run.environment },
    stdio: ['pipe', 'pipe', 'ignore'],
    // A group of its own, so that what it began can be killed with it.
    detached: true,
  });
  const outcome = Promise.withResolvers<Buffer>();
  const pieces: Buffer[] = [];
  let size = 0;
  let failure: Error | null = null;
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  const fail = (reason: string) => {
    failure ??= new Error(`the command ${program} ${reason}`);
    killGroup(child.pid);
    if (child.pid === undefined || hasEnded()) outcome.reject(failure);
  };
  child.stdout.on('data', (piece: Buffer) => {
    if (failure) return;
    size += piece.length;
    if (size > limits.bytes) fail(`wrote more than ${limits.bytes} bytes`);
    else pieces.push(piece);
  });
  // One that does not read what it is given may yet speak.
  child.stdin.on('error', () => {});
  child.stdin.end(run.input);
  child.once('error', ({ message }) => fail(`cannot be run: ${message}`));
  child.once('exit', () => failure && outcome.reject(failure));
  child.once('close', (code, by) => {
    if (code === 0) outcome.resolve(Buffer.concat(pieces));
    else fail(`ended with ${by ?? code}`);
  });
  const timer = setTimeout(() => fail(`took more than ${limits.ms} ms`), limits.ms);
  const abort = () => fail('was stopped');
  signal.addEventListener('abort', abort);
  // A server that ends at once, by a second signal, leaves nothing behind.
  const endWithServer = () => killGroup(child.pid);
  process.once('exit', endWithServer);
  return outcome.promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    process.off('exit', endWithServer);
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
