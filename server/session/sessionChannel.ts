import {
  NEWS,
  type InputOf,
  type OutputOf,
  type ServerNotificationName,
  type ServerNotifications,
  type ServerRequests,
} from '#protocol';
import type * as v from 'valibot';
import type { ClientChannel } from './ports.ts';

/** As many pieces of news are kept for who comes back. Somebody who missed more begins anew. */
const NEWS_KEPT = 1_000;

type Body<Name extends ServerNotificationName> = v.InferOutput<ServerNotifications[Name]>;

interface Piece {
  readonly number: number;
  readonly name: ServerNotificationName;
  readonly body: Body<ServerNotificationName>;
}

interface Attachment {
  readonly channel: ClientChannel;
  /** Resolves when this one no longer counts. */
  readonly ended: PromiseWithResolvers<'ended'>;
}

const NEWS_NAMES: ReadonlySet<ServerNotificationName> = new Set(NEWS);

/**
 * The way to one client, over one socket after another. Requests wait for the next socket and are
 * asked again where the last one took the answer with it; news is kept and told again.
 */
export class SessionChannel implements ClientChannel {
  readonly #news: Piece[] = [];
  #lastNumber = 0;
  #attachment: Attachment | null;
  #awaited = Promise.withResolvers<'attached' | 'dropped'>();
  #isClosed = false;

  constructor(channel: ClientChannel) {
    this.#attachment = attachmentOf(channel);
  }

  get isAttached(): boolean {
    return this.#attachment !== null;
  }

  isOver(channel: ClientChannel): boolean {
    return this.#attachment?.channel === channel;
  }

  /** Whether what came after a piece of news is all still known. */
  remembersAfter(number: number): boolean {
    const first = this.#news[0]?.number ?? this.#lastNumber + 1;
    return number >= first - 1 && number <= this.#lastNumber;
  }

  /** Goes on over another socket, whose client has got the news up to `receivedNews`. */
  attach(channel: ClientChannel, receivedNews: number): void {
    const before = this.#attachment;
    this.#attachment = attachmentOf(channel);
    before?.ended.resolve('ended');
    before?.channel.close();
    for (const { number, name, body } of this.#news) {
      if (number > receivedNews) channel.notify(name, body, number);
    }
    this.#awaited.resolve('attached');
    this.#awaited = Promise.withResolvers();
  }

  /** The socket is gone, and another may follow. */
  detach(): void {
    this.#attachment?.ended.resolve('ended');
    this.#attachment = null;
  }

  /** Rejects what has not been answered yet: it was about media that is gone. */
  dropRequests(): void {
    this.#awaited.resolve('dropped');
    this.#awaited = Promise.withResolvers();
  }

  async request<Name extends keyof ServerRequests>(
    name: Name,
    input: InputOf<ServerRequests[Name]>,
  ): Promise<OutputOf<ServerRequests[Name]>> {
    for (;;) {
      if (this.#isClosed) throw new Error('the session is closed');
      const attachment = this.#attachment;
      if (attachment) {
        const asked = attachment.channel.request(name, input);
        asked.catch(() => {});
        const answer = await Promise.race([asked, attachment.ended.promise]);
        if (answer !== 'ended') return answer;
      } else if ((await this.#awaited.promise) === 'dropped') {
        throw new Error(`${name} is no longer wanted`);
      }
    }
  }

  notify<Name extends ServerNotificationName>(name: Name, body: Body<Name>): void {
    if (!NEWS_NAMES.has(name)) return this.#attachment?.channel.notify(name, body);
    this.#lastNumber += 1;
    this.#news.push({ number: this.#lastNumber, name, body });
    if (this.#news.length > NEWS_KEPT) this.#news.shift();
    this.#attachment?.channel.notify(name, body, this.#lastNumber);
  }

  close(): void {
    this.#isClosed = true;
    const channel = this.#attachment?.channel;
    this.detach();
    this.dropRequests();
    channel?.close();
  }
}

const attachmentOf = (channel: ClientChannel): Attachment => ({
  channel,
  ended: Promise.withResolvers(),
});
