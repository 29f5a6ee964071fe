import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Clock, Log, NodeAnswer, NodeLine } from '../session/ports.ts';
import type { RedisLink } from './redisLink.ts';
import type { Server } from './servers.ts';

/** How long an answer is waited for: somebody waits for their sound. */
const PATIENCE_MS = 2_000;
const MAX_WAITING = 5_000;
const MAX_WHY = 200;
/** Characters: what is asked with three slots is a few thousand. */
const MAX_MESSAGE = 64_000;

const MessageSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('ask'),
    id: v.string(),
    from: v.string(),
    name: v.string(),
    body: v.unknown(),
  }),
  v.strictObject({
    kind: v.literal('tell'),
    from: v.string(),
    name: v.string(),
    body: v.unknown(),
  }),
  v.strictObject({
    kind: v.literal('answer'),
    id: v.string(),
    from: v.string(),
    body: v.unknown(),
  }),
  v.strictObject({ kind: v.literal('refusal'), id: v.string(), from: v.string(), why: v.string() }),
]);
type Message = v.InferOutput<typeof MessageSchema>;

interface Waiting {
  readonly of: string;
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Options {
  readonly link: RedisLink;
  readonly nodeId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Who is there, and whether that can be told now. */
  readonly servers: () => readonly Server[];
  readonly canTell: () => boolean;
}

const channelOf = (nodeId: string) => `cora:to:${nodeId}`;

/** Questions between servers over Redis: each has a channel of its own. */
export class RedisNodeLine implements NodeLine {
  readonly #options: Options;
  readonly #answers = new Map<string, NodeAnswer>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #watches = new Map<() => void, string>();
  #unsubscribe: () => void = () => {};

  constructor(options: Options) {
    this.#options = options;
  }

  open(): void {
    const { link, nodeId } = this.#options;
    this.#unsubscribe = link.subscribe(channelOf(nodeId), (text) => this.#hear(text));
  }

  get others(): readonly string[] {
    const { servers, nodeId, canTell } = this.#options;
    if (!canTell()) return [];
    return servers()
      .filter((it) => it.nodeId !== nodeId && !it.draining)
      .toSorted((a, b) => a.load - b.load)
      .map((it) => it.nodeId);
  }

  async ask(nodeId: string, name: string, body: unknown): Promise<unknown> {
    if (this.#waiting.size >= MAX_WAITING) throw new Error('too much is asked at once');
    const id = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { of: nodeId, resolve, reject });
    const late = () => reject(new Error(`${name} was not answered`));
    const cancel = this.#options.clock.after(PATIENCE_MS, late);
    try {
      await this.#send(nodeId, { kind: 'ask', id, from: this.#options.nodeId, name, body });
      return await promise;
    } finally {
      cancel();
      this.#waiting.delete(id);
    }
  }

  tell(nodeId: string, name: string, body: unknown): void {
    const { nodeId: from } = this.#options;
    this.#send(nodeId, { kind: 'tell', from, name, body }).catch(() => undefined);
  }

  answer(name: string, answer: NodeAnswer): void {
    this.#answers.set(name, answer);
  }

  watch(nodeId: string, gone: () => void): () => void {
    const watch = () => gone();
    this.#watches.set(watch, nodeId);
    return () => this.#watches.delete(watch);
  }

  /** To be called whenever it is known anew who is there. */
  look(): void {
    if (!this.#options.canTell()) return;
    const there = new Set(this.#options.servers().map(({ nodeId }) => nodeId));
    for (const [watch, nodeId] of this.#watches) {
      if (there.has(nodeId)) continue;
      this.#watches.delete(watch);
      watch();
    }
  }

  close(): void {
    this.#unsubscribe();
    for (const { reject } of this.#waiting.values()) reject(new Error('the line is closed'));
  }

  async #send(nodeId: string, message: Message): Promise<void> {
    await this.#options.link.publish(channelOf(nodeId), JSON.stringify(message));
  }

  #hear(text: string): void {
    const message = read(text);
    // Nobody else has a say, whoever reached Redis.
    if (!message || !this.#options.servers().some(({ nodeId }) => nodeId === message.from)) return;
    if (message.kind === 'ask') return void this.#answer(message);
    if (message.kind === 'tell') return this.#told(message);
    const waiting = this.#waiting.get(message.id);
    if (waiting?.of !== message.from) return;
    if (message.kind === 'answer') waiting.resolve(message.body);
    else waiting.reject(new Error(message.why));
  }

  async #answer({ id, from, name, body }: Extract<Message, { kind: 'ask' }>): Promise<void> {
    const { nodeId, log } = this.#options;
    let reply: Message;
    try {
      const answer = this.#answers.get(name);
      if (!answer) throw new Error(`nobody answers ${name}`);
      reply = { kind: 'answer', id, from: nodeId, body: (await answer(body, from)) ?? null };
    } catch (error) {
      // Of what was asked nothing may get into a log: there are keys in it.
      const why = error instanceof Error ? error.message.slice(0, MAX_WHY) : '';
      log.warn({ why, from, name }, 'refused another server');
      reply = { kind: 'refusal', id, from: nodeId, why };
    }
    await this.#send(from, reply).catch(() => undefined);
  }

  #told({ from, name, body }: Extract<Message, { kind: 'tell' }>): void {
    try {
      this.#answers.get(name)?.(body, from);
    } catch {
      this.#options.log.warn({ from, name }, 'another server said what cannot be read');
    }
  }
}

function read(text: string): Message | null {
  if (text.length > MAX_MESSAGE) return null;
  try {
    return v.parse(MessageSchema, JSON.parse(text));
  } catch {
    return null;
  }
}
