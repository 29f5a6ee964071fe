import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerProcess } from '#tests/support/server.ts';
import { childrenOf } from './figures.ts';
import type { LoopReport } from './loopProbe.ts';

const PROBE = new URL('./loopProbe.ts', import.meta.url).href;
const LOOK_AGAIN_MS = 20;
const PATIENCE_MS = 30_000;

/** A server with two workers behind a proxy that it trusts, which says how late its event loop is. */
export class MeasuredServer {
  readonly process: ServerProcess;
  readonly #directory: string;

  static async start(): Promise<MeasuredServer> {
    const directory = mkdtempSync(path.join(tmpdir(), 'cora-probe-'));
    const server = await ServerProcess.start({
      environment: {
        WORKERS: '2',
        TRUSTED_PROXIES: '127.0.0.1',
        NODE_OPTIONS: `--import ${PROBE}`,
        LOOP_PROBE: path.join(directory, 'report.json'),
      },
    });
    return new MeasuredServer(server, directory);
  }

  private constructor(server: ServerProcess, directory: string) {
    this.process = server;
    this.#directory = directory;
  }

  get url(): string {
    return this.process.url;
  }

  get workerPids(): number[] {
    return childrenOf(this.process.pid);
  }

  /** How late its event loop has been since the last time. */
  async loop(): Promise<LoopReport> {
    const file = path.join(this.#directory, 'report.json');
    rmSync(file, { force: true });
    process.kill(this.process.pid, 'SIGUSR2');
    for (const giveUpMs = performance.now() + PATIENCE_MS; performance.now() < giveUpMs;) {
      await delay(LOOK_AGAIN_MS);
      try {
        return JSON.parse(readFileSync(file, 'utf8')) as LoopReport;
      } catch {
        // Not there yet, or half of it.
      }
    }
    throw new Error('the server does not say how late it is');
  }

  async cleanUp(): Promise<void> {
    await this.process.cleanUp();
    rmSync(this.#directory, { recursive: true });
  }
}
