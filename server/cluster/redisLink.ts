import { createClient, type RedisClientType } from '@redis/client';
import type { Clock, Log } from '../session/ports.ts';

/** How long an answer is waited for: one that comes later is of no use. */
const PATIENCE_MS = 1_000;
const CONNECT_MS = 1_000;
const RETRY_MS = 250;

interface Subscription {
  readonly channel: string;
  readonly hear: (message: string) => void;
}

/** One connection to Redis, made anew whenever it breaks or is silent; what is asked meanwhile fails at once. */
export class RedisLink {
  readonly #url: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #client;
  /** Each has a connection of its own. */
  readonly #subscriptions = new Map<Subscription, Pick<RedisClientType, 'destroy'>>();
  /** Since when it stands; null while it does not. Monotonic. */
  #sinceMs: number | null = null;
  #told = true;
  #closed = false;

  constructor(options: { url: string; clock: Clock; log: Log }) {
    this.#url = options.url;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#client = this.#dial();
  }

  /** Begins to connect; whether it stands is to be asked. */
  open(): void {
    connect(this.#client);
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

  /** Hears a channel, also after outages. Returns what ends that. */
  subscribe(channel: string, hear: (message: string) => void): () => void {
    const subscription = { channel, hear };
    this.#subscriptions.set(subscription, this.#listen(subscription));
    return () => {
      this.#subscriptions.get(subscription)?.destroy();
      this.#subscriptions.delete(subscription);
    };
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#sinceMs = null;
    this.#client.destroy();
  }

  #dial() {
    const client = makeClient(this.#url);
    const isCurrent = () => client === this.#client;
    // One that is connected and silent does not answer.
    client.on('ready', () => void this.ask([['PING']]).catch(() => undefined));
    client.on('error', (error: Error) => isCurrent() && this.#lost(error));
    client.on('reconnecting', () => isCurrent() && this.#lost());
    return client;
  }

  #listen({ channel, hear }: Subscription) {
    const listener = makeClient(this.#url);
    // The other connection says what there is to say.
    listener.on('error', () => undefined);
    // By itself it hears on after an outage, unless that came before the first answer.
    listener.on('ready', () => void listener.subscribe(channel, hear).catch(() => undefined));
    connect(listener);
    return listener;
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    const client = this.#client;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancel = this.#clock.after(PATIENCE_MS, () => {
      const error = new Error('no answer in time');
      if (client === this.#client) this.#renew();
      reject(error);
    });
    try {
      const answered = await Promise.race([answer, late]);
      this.#answered();
      return answered;
    } catch (error) {
      // Also where it answers that it cannot: full, or not meant for writing.
      this.#lost(error as Error);
      throw error;
    } finally {
      cancel();
    }
  }

  /**
   * By itself the client waits for an answer for as long as the connection stands, which is for ever where
   * the other end is gone without a word, and keeps all that was asked.
   */
  #renew(): void {
    if (this.#closed) return;
    this.#client.destroy();
    this.#client = this.#dial();
    connect(this.#client);
    for (const [subscription, listener] of this.#subscriptions) {
      listener.destroy();
      this.#subscriptions.set(subscription, this.#listen(subscription));
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
    if (this.#told || this.#closed) return;
    this.#told = true;
    this.#log.error({ err: error }, 'redis does not answer: rooms that are here go on');
  }
}

function makeClient(url: string) {
  return createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    disableClientInfo: true,
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: () => RETRY_MS },
  });
}

/** Without an end: an outage is no reason to give up. */
function connect(client: { connect(): Promise<unknown> }): void {
  client.connect().catch(() => undefined);
}
