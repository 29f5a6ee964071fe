import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { SCRATCH } from './scratch.ts';

const READY = /Ready to accept connections/;

/** A Redis of its own that keeps nothing, on a free port of this machine. */
export class Redis {
  readonly url: string;
  readonly #port: number;
  readonly #directory: string;
  #process: ChildProcess | null = null;

  static async start(): Promise<Redis> {
    const redis = new Redis(await freePort(), mkdtempSync(path.join(SCRATCH, 'cora-redis-')));
    await redis.begin();
    return redis;
  }

  private constructor(port: number, directory: string) {
    this.url = `redis://127.0.0.1:${String(port)}`;
    this.#port = port;
    this.#directory = directory;
  }

  /** After `end`, on the same port, with nothing in it. */
  async begin(): Promise<void> {
    const args = ['--port', String(this.#port), '--bind', '127.0.0.1'];
    const keeping = ['--save', '', '--appendonly', 'no', '--dir', this.#directory];
    const child = spawn('redis-server', [...args, ...keeping], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#process = child;
    for await (const line of createInterface({ input: child.stdout })) {
      if (READY.test(line)) return void child.stdout.resume();
    }
    throw new Error('redis-server did not start');
  }

  /** SIGSTOP: takes connections, and does not answer. SIGCONT ends that. */
  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  async end(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async cleanUp(): Promise<void> {
    await this.end();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Which nobody else is given for a while. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
