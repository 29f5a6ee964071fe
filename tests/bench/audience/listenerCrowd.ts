import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { DtlsParameters } from '#protocol';
import { cacheDirectory } from '../../../scripts/worker/path.mjs';

const SOURCE = new URL('./listener.c', import.meta.url).pathname;
const PATIENCE_MS = 30_000;

export interface CrowdStats {
  readonly connected: number;
  readonly failed: number;
  /** Packets of sound, of all listeners, and how many of them are missing by their numbers. */
  readonly pkts: number;
  /** Of 20 ms, in those packets. */
  readonly frames: number;
  readonly lost: number;
}

/** Thousands of listeners in a process of their own, which count packets and decipher none. */
export class ListenerCrowd {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<string, ((answer: Record<string, unknown>) => void)[]>();
  #subscribed = 0;
  #fingerprint = '';

  /**
   * @param address that they send from
   * @throws Error where there is no compiler, or no OpenSSL to compile with
   */
  static async start(address = '127.0.0.1'): Promise<ListenerCrowd> {
    const crowd = new ListenerCrowd(built(), address);
    const { fp } = await crowd.#answer('ready');
    crowd.#fingerprint = String(fp);
    return crowd;
  }

  private constructor(binary: string, address: string) {
    this.#process = spawn(binary, {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Wakes up for many packets at a time, as the network cards of as many machines would.
      // As Chromium: what a server does for each packet depends on it.
      env: { ...process.env, COALESCE_US: '2000', ADDRESS: address, SRTP: 'SRTP_AEAD_AES_256_GCM' },
    });
    createInterface({ input: this.#process.stdout! }).on('line', (line) => {
      const answer = JSON.parse(line) as Record<string, unknown>;
      this.#waiting.get(String(answer['op']))?.shift()?.(answer);
    });
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** All of them show the same certificate. */
  get dtlsParameters(): DtlsParameters {
    return {
      role: 'client',
      fingerprints: [{ algorithm: 'sha-256', value: this.#fingerprint }],
    };
  }

  /** @returns its number, from 0 */
  async subscribe(offer: string): Promise<number> {
    const number = this.#subscribed;
    this.#subscribed += 1;
    await this.#ask('sub', { id: String(number), sdp: offer });
    return number;
  }

  /** For who wants an answer to their offer. */
  async answer(offer: string): Promise<string> {
    this.#subscribed += 1;
    const { sdp } = await this.#ask('sub', { id: String(this.#subscribed), sdp: offer });
    return String(sdp);
  }

  async stats(): Promise<CrowdStats> {
    return (await this.#ask('stats')) as unknown as CrowdStats;
  }

  /** When each heard something first, in milliseconds of CLOCK_MONOTONIC; 0 where nothing came. */
  async firstSoundMs(): Promise<number[]> {
    const { at } = await this.#ask('first');
    return (at as number[]).map((seconds) => 1_000 * seconds);
  }

  end(): void {
    this.#process.kill('SIGKILL');
  }

  #ask(op: string, input: object = {}): Promise<Record<string, unknown>> {
    const answer = this.#answer(op);
    this.#process.stdin?.write(`${JSON.stringify({ op, ...input })}\n`);
    return answer;
  }

  #answer(op: string): Promise<Record<string, unknown>> {
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
    const timeout = setTimeout(() => reject(new Error(`listeners: no ${op}`)), PATIENCE_MS);
    const waiting = this.#waiting.get(op) ?? [];
    this.#waiting.set(op, [...waiting, (answer) => (clearTimeout(timeout), resolve(answer))]);
    return promise;
  }
}

/** CLOCK_MONOTONIC in milliseconds, which all processes of a machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function built(): string {
  const hash = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 12);
  const directory = path.join(cacheDirectory, 'bench');
  const binary = path.join(directory, `listener-${hash}`);
  if (existsSync(binary)) return binary;
  mkdirSync(directory, { recursive: true });
  execFileSync('gcc', ['-O2', '-o', binary, SOURCE, '-lssl', '-lcrypto']);
  return binary;
}
