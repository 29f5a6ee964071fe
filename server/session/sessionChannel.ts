import {
  NEWS,
  type InputOf,
  type OutputOf,
  type ServerNotificationName,
  type ServerNotifications,
  type ServerRequests,
} from '#protocol';
import type * as v from 'valibot';
import { AckTimeout, type ClientChannel } from './ports.ts';

/** As many pieces of news are kept for who comes back. Somebody who missed more begins anew. */
const NEWS_KEPT = 1_000;

type Body<Name extends ServerNotificationName> = v.InferInput<ServerNotifications[Name]>;

interface Piece {
  readonly number: number;
  readonly name: ServerNotificationName;
  readonly body: Body<ServerNotificationName>;
}

type RequestName = keyof ServerRequests;

interface Question {
  readonly name: RequestName;
  readonly input: InputOf<ServerRequests[RequestName]>;
  readonly isWanted: () => boolean;
}

const NEWS_NAMES: ReadonlySet<ServerNotificationName> = new Set(NEWS);
/** What is all in a snapshot, and without meaning before it. */
const STATE: ReadonlySet<ServerNotificationName> = new Set<ServerNotificationName>([
  'rosterChanged',
  'rosterReplaced',
  'settingsChanged',
  'hostChanged',
  'recordingStarted',
  'recordingChanged',
  'recordingStopped',
  'consentChanged',
  'moderationChanged',
  'slotsChanged',
  'speechChanged',
]);
/** The answer of a socket that went before it came. */
const GONE = Symbol('gone');

/**
 * The way to one client, over one socket after another. Requests wait for the next socket and are
 * asked again where the last one took the answer with it; news is kept and told again.
 */
export class SessionChannel {
  readonly #news: Piece[] = [];
  /** Given up, and perhaps never heard: a socket may be dead for longer than an answer is waited for. */
  readonly #unanswered = new Set<Question>();
  /** Called when the socket changes, or what was asked is no longer wanted. */
  readonly #waiting = new Set<() => void>();
  #lastNumber = 0;
  #channel: ClientChannel | null;
  /** Which media requests are about: another one with each new media side. */
  #epoch = 0;
  #isClosed = false;
  /** While its `join` is being answered. */
  awaitsSnapshot = false;

  constructor(channel: ClientChannel) {
    this.#channel = channel;
  }

  isOver(channel: ClientChannel): boolean {
    return this.#channel === channel;
  }

  /** Whether what came after a piece of news is all still known. */
  remembersAfter(number: number): boolean {
    const first = this.#news[0]?.number ?? this.#lastNumber + 1;
    return number >= first - 1 && number <= this.#lastNumber;
  }

  /** Goes on over another socket, whose client has got the news up to `receivedNews`. */
  attach(channel: ClientChannel, receivedNews: number): void {
    const before = this.#channel;
    this.#channel = channel;
    before?.close();
    for (const { number, name, body } of this.#news) {
      if (number > receivedNews) channel.notify(name, body, number);
    }
    for (const { name, input, isWanted } of this.#unanswered) {
      if (isWanted()) channel.request(name, input).catch(() => {});
    }
    this.#unanswered.clear();
    this.#wake();
  }

  /** The socket is gone, and another may follow. */
  detach(): void {
    this.#channel = null;
    this.#wake();
  }

  /** Rejects what has not been answered yet: it was about media that is gone. */
  dropRequests(): void {
    this.#epoch += 1;
    this.#unanswered.clear();
    this.#wake();
  }

  /** @param isWanted whether it is to be asked again over the next socket */
  async request<Name extends RequestName>(
    name: Name,
    input: InputOf<ServerRequests[Name]>,
    isWanted = () => true,
  ): Promise<OutputOf<ServerRequests[Name]>> {
    const epoch = this.#epoch;
    while (!this.#isClosed && epoch === this.#epoch && isWanted()) {
      const channel = this.#channel;
      const question = { name, input, isWanted };
      const answer = channel ? await this.#ask(channel, question) : await this.#change().next;
      if (answer !== GONE) return answer;
    }
    throw new Error(`${name} is no longer wanted`);
  }

  notify<Name extends ServerNotificationName>(name: Name, body: Body<Name>): void {
    if (this.awaitsSnapshot && STATE.has(name)) return;
    if (!NEWS_NAMES.has(name)) return this.#channel?.notify(name, body);
    this.#lastNumber += 1;
    this.#news.push({ number: this.#lastNumber, name, body });
    if (this.#news.length > NEWS_KEPT) this.#news.shift();
    this.#channel?.notify(name, body, this.#lastNumber);
  }

  /** The connection of this moment, for what is told to many and has no number. */
  carrierOf(name: ServerNotificationName): ClientChannel | null {
    return this.awaitsSnapshot && STATE.has(name) ? null : this.#channel;
  }

  close(): void {
    this.#isClosed = true;
    const channel = this.#channel;
    this.detach();
    channel?.close();
  }

  async #ask<Name extends RequestName>(
    channel: ClientChannel,
    question: Question & { readonly name: Name; readonly input: InputOf<ServerRequests[Name]> },
  ): Promise<OutputOf<ServerRequests[Name]> | typeof GONE> {
    const [change, epoch] = [this.#change(), this.#epoch];
    const asked = channel.request(question.name, question.input).catch((error: unknown) => {
      const isOpen = channel === this.#channel && epoch === this.#epoch;
      if (isOpen && error instanceof AckTimeout) this.#unanswered.add(question);
      throw error;
    });
    try {
      return await Promise.race([asked, change.next]);
    } finally {
      change.forget();
      asked.catch(() => {});
    }
  }

  #change(): { next: Promise<typeof GONE>; forget: () => void } {
    const { promise, resolve } = Promise.withResolvers<typeof GONE>();
    const wake = () => resolve(GONE);
    this.#waiting.add(wake);
    return { next: promise, forget: () => this.#waiting.delete(wake) };
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

/** Tells many the same, at the cost of writing it down once where it has no number of each one's own. */
export function tellAll<Name extends ServerNotificationName>(
  channels: readonly SessionChannel[],
  name: Name,
  body: Body<Name>,
): void {
  if (NEWS_NAMES.has(name)) {
    for (const channel of channels) channel.notify(name, body);
    return;
  }
  const carriers = channels.flatMap((channel) => channel.carrierOf(name) ?? []);
  carriers[0]?.notifyAll(carriers, name, body);
}
