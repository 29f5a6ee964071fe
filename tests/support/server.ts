import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { inside } from './network/commands.ts';
import { SCRATCH } from './scratch.ts';

const READY = /^Cora is ready: (\S+)$/;
const START_TIMEOUT_MS = 30_000;

/** A server as a person starts it: its own process, on free ports, with folders of its own. */
export class ServerProcess {
  readonly url: string;
  readonly pid: number;
  readonly recordingsDirectory: string;
  /** What it logged so far, one JSON line each. */
  readonly logLines: string[];
  readonly #process: ChildProcess;
  readonly #home: string;

  /**
   * @param home folder with what an earlier server left, to start on that
   * @param port any free one when left out
   * @param speaks whether it reads phrases aloud, for which its voice takes some seconds to warm up
   * @param namespace network namespace to run in
   * @param environment settings beside those
   */
  static async start(
    options: {
      home?: string;
      port?: number;
      speaks?: boolean;
      namespace?: string;
      environment?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<ServerProcess> {
    const home = options.home ?? (await mkdtemp(path.join(SCRATCH, 'cora-test-')));
    const { namespace } = options;
    const line = [process.execPath, 'server/main.ts'] as const;
    const [command, ...args] = namespace === undefined ? line : inside(namespace, ...line);
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        PORT: String(options.port ?? 0),
        RTC_PORT: '0',
        WORKERS: '1',
        LOG_LEVEL: 'info',
        SPEECH: options.speaks ? 'espeak' : 'none',
        RECORDINGS_DIR: path.join(home, 'recordings'),
        DATA_DIR: path.join(home, 'data'),
        ...options.environment,
      },
    });
    const logLines: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => logLines.push(line));
    const url = await readyUrl(child, logLines);
    return new ServerProcess({ child, url, home, logLines });
  }

  private constructor(options: {
    child: ChildProcess;
    url: string;
    home: string;
    logLines: string[];
  }) {
    this.#process = options.child;
    this.#home = options.home;
    this.url = options.url;
    this.pid = options.child.pid as number;
    this.recordingsDirectory = path.join(options.home, 'recordings');
    this.logLines = options.logLines;
  }

  get home(): string {
    return this.#home;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Sends a signal and waits for nothing. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Sends a signal and waits for the end. Returns the exit code, null when the signal ended it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const ended = this.ended();
    this.#process.kill(signal);
    return ended;
  }

  /** Waits for the end. Returns the exit code, null when a signal ended it. */
  async ended(): Promise<number | null> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) await once(this.#process, 'exit');
    return this.#process.exitCode;
  }

  async cleanUp(): Promise<void> {
    await this.end();
    await rm(this.#home, { recursive: true, force: true });
  }
}

async function readyUrl(child: ChildProcess, logLines: string[]): Promise<string> {
  const timeout = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  try {
    for await (const line of createInterface({ input: child.stdout! })) {
      const url = READY.exec(line)?.[1];
      if (url) return url;
    }
  } finally {
    clearTimeout(timeout);
  }
  throw new Error(`the server did not start:\n${logLines.join('\n')}`);
}
