import { PeerInfoSchema } from '#protocol';
import type {
  ErrorCode,
  IceServer,
  PeerId,
  ServerNotificationName,
  ServerNotifications,
} from '#protocol';
import {
  AckTimeout,
  type ClientChannel,
  type Clock,
  type IceServers,
  type Log,
} from '#server/session/ports.ts';
import * as v from 'valibot';

// In-memory stand-ins for the ports of the use cases. They answer in microtasks only, so one turn
// of the event loop (`settled`) is the end of everything that a call set going.

/** Resolves when all that the fakes were asked for so far has been answered. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Makes what awaits it wait until `open`. Open to begin with; a test closes it. */
export class Latch {
  #opened: Promise<void> = Promise.resolve();
  #open = () => {};

  hold(): void {
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#open();
  }

  wait(): Promise<void> {
    return this.#opened;
  }
}

/** Time that stands still until told otherwise. */
export class FakeClock implements Clock {
  readonly #timers = new Set<{ atMs: number; act: () => void }>();
  readonly #startMs: number;
  #elapsedMs = 0;

  constructor(startMs = 1_750_000_000_000) {
    this.#startMs = startMs;
  }

  wallMs(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  after(ms: number, act: () => void): () => void {
    const timer = { atMs: this.#elapsedMs + ms, act };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, and what was to happen in it happen, in its order. */
  advance(ms: number): void {
    const untilMs = this.#elapsedMs + ms;
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.atMs - b.atMs);
      if (!next || next.atMs > untilMs) break;
      this.#timers.delete(next);
      this.#elapsedMs = next.atMs;
      next.act();
    }
    this.#elapsedMs = untilMs;
  }
}

/** One TURN server, whose credentials count how often they were asked for. */
export class FakeIceServers implements IceServers {
  #asked = 0;

  for(peerId: PeerId): IceServer[] {
    this.#asked += 1;
    const urls = ['turn:turn.example.org?transport=udp'];
    return [{ urls, username: `${String(this.#asked)}:${peerId}`, credential: 'signed' }];
  }
}

export class FakeLog implements Log {
  readonly lines: { level: string; message: string; facts: Readonly<Record<string, unknown>> }[] =
    [];

  info(facts: Readonly<Record<string, unknown>>, message: string): void {
    this.lines.push({ level: 'info', message, facts });
  }

  warn(facts: Readonly<Record<string, unknown>>, message: string): void {
    this.lines.push({ level: 'warn', message, facts });
  }

  error(facts: Readonly<Record<string, unknown>>, message: string): void {
    this.lines.push({ level: 'error', message, facts });
  }

  /** The messages of one level, oldest first. */
  of(level: string): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }
}

type Body<Name extends ServerNotificationName> = v.InferInput<ServerNotifications[Name]>;

/** What a client was told and asked. Answers every request with an empty reply unless told to refuse. */
export class FakeChannel implements ClientChannel {
  readonly notifications: { name: ServerNotificationName; body: unknown }[] = [];
  readonly requests: { name: string; input: unknown }[] = [];
  /** What happened around this client, in order; shared with the media fakes of a test. */
  readonly journal: string[];
  readonly acknowledgement = new Latch();
  isClosed = false;
  refuses = false;
  /** As one whose socket is dead, and nobody knows yet. */
  timesOut = false;

  constructor(journal: string[] = []) {
    this.journal = journal;
  }

  readonly request: ClientChannel['request'] = async (name, input) => {
    this.journal.push(`asked ${name}`);
    this.requests.push({ name, input });
    await this.acknowledgement.wait();
    if (this.timesOut) throw new AckTimeout(`${name} was not answered`);
    if (this.refuses) throw new Error(`${name} was refused`);
    this.journal.push(`acknowledged ${name}`);
    return {};
  };

  notify<Name extends ServerNotificationName>(name: Name, body: Body<Name>): void {
    if (!this.isClosed) this.notifications.push({ name, body });
  }

  notifyAll<Name extends ServerNotificationName>(
    channels: readonly ClientChannel[],
    name: Name,
    body: Body<Name>,
  ): void {
    for (const channel of channels) channel.notify(name, body);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Whom it was told of one by one, where a test gathers nothing: who came, changed and left, oldest first. */
  get roster() {
    const batches = this.told('rosterChanged');
    return {
      joined: batches.flatMap(({ joined }) => v.parse(v.array(PeerInfoSchema), joined)),
      changed: batches.flatMap(({ changed }) => changed),
      left: batches.flatMap(({ left }) => left),
    };
  }

  /** The bodies of the notifications called `name`, oldest first. */
  told<Name extends ServerNotificationName>(name: Name): Body<Name>[] {
    return this.notifications.flatMap((it) => (it.name === name ? [it.body as Body<Name>] : []));
  }

  get removedWith(): ErrorCode | undefined {
    return this.told('removed')[0]?.code;
  }

  forget(): void {
    this.notifications.length = 0;
    this.requests.length = 0;
  }
}
