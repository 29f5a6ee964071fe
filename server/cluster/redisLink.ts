import { createClient } from '@redis/client';
import type { Clock, Log } from '../session/ports.ts';

/** How long an answer is waited for: one that comes later is of no use. */
const PATIENCE_MS = 1_000;
const CONNECT_MS = 1_000;
const RETRY_MS = 250;

/** One connection to Redis, made anew whenever it breaks; what is asked meanwhile fails at once. */
export class RedisLink {
  readonly #client;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Since when it stands; null while it does not. Monotonic. */
  #sinceMs: number | null = null;
  #told = true;

  constructor(options: { url: string; clock: Clock; log: Log }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#client = createClient({
      url: options.url,
      RESP: 2,
      disableOfflineQueue: true,
      maintNotifications: 'disabled',
      disableClientInfo: true,
      socket: { connectTimeout: CONNECT_MS, reconnectStrategy: () => RETRY_MS },
    });
    this.#client.on('ready', () => this.#answered());
    this.#client.on('error', (error: Error) => this.#lost(error));
    this.#client.on('reconnecting', () => this.#lost());
  }

  /** Begins to connect; whether it stands is to be asked. */
  open(): void {
    // Without an end: an outage is no reason to give up.
    void this.#client.connect().catch(() => undefined);
  }

  /** How long it has stood; 0 while it does not. */
  get standsForMs(): number {
    return this.#sinceMs === null ? 0 : this.#clock.monotonicMs() - this.#sinceMs;
  }

  /** Whether there is anything to ask. */
  get stands(): boolean {
    return this.#client.isReady;
  }

  /** Rejects where Redis does not answer in time. */
  async run(script: string, ...args: readonly string[]): Promise<unknown> {
    return this.#inTime(this.#client.eval(script, { arguments: [...args] }));
  }

  /** All of these, in one go. */
  async ask(commands: readonly (readonly string[])[]): Promise<unknown[]> {
    const asked = commands.map((command) => this.#client.sendCommand([...command]));
    return this.#inTime(Promise.all(asked));
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.#inTime(this.#client.publish(channel, message));
  }

  /** Hears a channel on a connection of its own, also after outages. Returns what ends that. */
  subscribe(channel: string, hear: (message: string) => void): () => void {
    const listener = this.#client.duplicate();
    // The other connection says what there is to say.
    listener.on('error', () => undefined);
    listener.connect().then(
      () => listener.subscribe(channel, hear),
      () => undefined,
    );
    return () => listener.destroy();
  }

  /** Idempotent. */
  close(): void {
    this.#sinceMs = null;
    if (this.#client.isOpen) this.#client.destroy();
  }

  /** The client itself waits for an answer for as long as the connection stands. */
  async #inTime<T>(answer: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancel = this.#clock.after(PATIENCE_MS, () => {
      const error = new Error('no answer in time');
      this.#lost(error);
      reject(error);
    });
    try {
      const answered = await Promise.race([answer, late]);
      this.#answered();
      return answered;
    } finally {
      cancel();
    }
  }

  #answered(): void {
    if (this.#sinceMs !== null) return;
    this.#sinceMs = this.#clock.monotonicMs();
    this.#told = false;
    this.#log.info({}, 'redis answers');
  }

  #lost(error?: Error): void {
    this.#sinceMs = null;
    if (this.#told) return;
    this.#told = true;
    this.#log.error({ err: error }, 'redis does not answer: rooms that are here go on');
  }
}
