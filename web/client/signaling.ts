import {
  ErrorBodySchema,
  ProtocolError,
  ReplySchema,
  clientRequests,
  serverNotifications,
  serverRequests,
  type ClientRequestName,
  type ClientRequests,
  type InputOf,
  type OutputOf,
  type Reply,
  type RoomSnapshot,
  type ServerNotificationName,
  type ServerNotifications,
  type ServerRequests,
} from '#protocol';
import { io, type Socket } from 'socket.io-client';
import * as v from 'valibot';
import { timeToWait } from './joinInTurn.ts';

const ACK_TIMEOUT_MS = 10_000;
/**
 * An answer is not worth waiting for when it takes this long, or this many times as long as the
 * fastest so far: another connection costs less.
 */
const ECHO_TIMEOUT_MS = 700;
const SLOWER_THAN_FASTEST = 4;
const RECONNECT_MIN_MS = 400;
/** Whoever waits when a server is back waits up to half as long again. A refused connection costs next to nothing. */
const RECONNECT_MAX_MS = 1_000;
/** Of the time to wait, added so that those who were told the same do not come in one moment. */
const HOLD_OFF_JITTER = 0.1;

export type Notification = {
  [Name in ServerNotificationName]: {
    readonly name: Name;
    readonly body: v.InferOutput<ServerNotifications[Name]>;
  };
}[ServerNotificationName];

export interface SignalingEvents {
  /** Every time the socket stands, the first time and after each loss. */
  connected(): void;
  /** It will be tried again, unless `close` is called. */
  disconnected(): void;
  /** The server does not take this token. It will not be tried again. */
  refused(error: ProtocolError): void;
  /** The server has no time for this one now, and said when: it will be tried again then. */
  heldOff(): void;
  /** An attempt failed; `attempts` so far since the visit was last settled. */
  unreachable(attempts: number): void;
  notified(notification: Notification): void;
  asked: {
    readonly [Name in keyof ServerRequests]: (
      input: InputOf<ServerRequests[Name]>,
    ) => Promise<OutputOf<ServerRequests[Name]>>;
  };
}

/** The socket to the server: requests out, requests and notifications in, each checked by its schema. */
export class Signaling {
  readonly #socket: Socket;
  readonly #events: SignalingEvents;
  /** What is shown to come back to one's place. */
  #resumeToken: string | null = null;
  #receivedNews = 0;
  #isVerifying = false;
  /** Milliseconds. Of all answers so far: what the way there and back takes at least. */
  #fastestMs = Infinity;
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param url the page's own server when empty
   * @param headers for programs, which must send an Origin: browsers do so by themselves
   */
  constructor(options: {
    url: string;
    accessToken: string;
    events: SignalingEvents;
    headers?: Readonly<Record<string, string>>;
  }) {
    this.#events = options.events;
    const settings = {
      auth: (send: (handshake: object) => void) => send(this.#handshake(options.accessToken)),
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: RECONNECT_MIN_MS,
      reconnectionDelayMax: RECONNECT_MAX_MS,
      ...(options.headers === undefined ? {} : { extraHeaders: { ...options.headers } }),
    };
    this.#socket = options.url ? io(options.url, settings) : io(settings);
    this.#listen();
  }

  /** @throws ProtocolError as the server refuses, or INTERNAL when it does not answer */
  async request<Name extends ClientRequestName>(
    name: Name,
    input: InputOf<ClientRequests[Name]>,
  ): Promise<OutputOf<ClientRequests[Name]>> {
    // Kept for the next connection it would come before that one's `join`.
    if (!this.#socket.connected) throw new ProtocolError('INTERNAL', 'there is no connection');
    let answer: unknown;
    const askedMs = performance.now();
    try {
      answer = await this.#socket.timeout(ACK_TIMEOUT_MS).emitWithAck(name, input);
    } catch {
      throw new ProtocolError('INTERNAL', `${name} was not answered`);
    }
    this.#fastestMs = Math.min(this.#fastestMs, performance.now() - askedMs);
    const reply = v.parse(ReplySchema, answer);
    if (!reply.ok) {
      const { code, message, retryAfterMs } = reply.error;
      throw new ProtocolError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
    }
    return v.parse(clientRequests[name].output, reply.data) as OutputOf<ClientRequests[Name]>;
  }

  /**
   * Makes sure that the connection is what it seems. One that does not answer in time is made anew, at
   * once; false then.
   */
  async verify(): Promise<boolean> {
    if (!this.#socket.connected || this.#isVerifying) return true;
    this.#isVerifying = true;
    try {
      const timeoutMs = Math.max(ECHO_TIMEOUT_MS, SLOWER_THAN_FASTEST * this.#fastestMs);
      await this.#socket.timeout(Math.min(timeoutMs, ACK_TIMEOUT_MS)).emitWithAck('echo', {});
      return true;
    } catch {
      this.resync();
      this.hurry();
      return false;
    } finally {
      this.#isVerifying = false;
    }
  }

  /** The visit stands: later failures count from here, and the next connection may go on with it. */
  settled({ resumeToken, resumed }: Pick<RoomSnapshot, 'resumeToken' | 'resumed'>): void {
    this.#attempts = 0;
    this.#resumeToken = resumeToken;
    if (!resumed) this.#receivedNews = 0;
  }

  /** Tries from the beginning, after too many failures. */
  retry(): void {
    this.#attempts = 0;
    this.reconnect();
  }

  /** The network may be back: no need to wait for the next attempt. */
  hurry(): void {
    if (this.#socket.connected) return;
    clearTimeout(this.#retry);
    this.#socket.disconnect().connect();
  }

  get isConnected(): boolean {
    return this.#socket.connected;
  }

  /**
   * Drops the connection and makes a new one soon, with all that follows from `connected`. Counts
   * as a failed attempt until the visit is settled.
   */
  reconnect(): void {
    this.#socket.disconnect();
    this.#connectSoon();
    this.#fail();
  }

  /** Drops the connection as a network does, to come back to one's place and be told all of it anew. */
  resync(): void {
    this.#socket.io.engine?.close();
  }

  /** A connection after this one begins anew, should there be one. */
  close(): void {
    clearTimeout(this.#retry);
    this.#resumeToken = null;
    this.#socket.disconnect();
  }

  #handshake(token: string) {
    const resumeToken = this.#resumeToken;
    return resumeToken === null
      ? { token }
      : { token, resume: { token: resumeToken, receivedNews: this.#receivedNews } };
  }

  #fail(): void {
    this.#attempts += 1;
    this.#events.unreachable(this.#attempts);
  }

  /** Spread out, so that a room full of people does not come back in one moment. */
  #connectSoon(): void {
    const longestMs = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** this.#attempts);
    this.#connectAfter(longestMs * (0.5 + Math.random() / 2));
  }

  /** The server is there, so this is no failed attempt. */
  #holdOff(retryAfterMs: number): void {
    this.#socket.disconnect();
    this.#connectAfter(retryAfterMs * (1 + HOLD_OFF_JITTER * Math.random()));
    this.#events.heldOff();
  }

  #connectAfter(delayMs: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#socket.connect(), delayMs);
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('connect', () => this.#events.connected());
    socket.on('disconnect', (reason) => {
      if (reason === 'io client disconnect') return;
      this.#events.disconnected();
      // socket.io does not try again by itself after the server closed the connection.
      if (reason === 'io server disconnect') this.#connectSoon();
    });
    socket.on('connect_error', (error) => {
      const refusal = v.safeParse(ErrorBodySchema, (error as { data?: unknown }).data);
      const retryAfterMs = refusal.success ? timeToWait(refusal.output) : null;
      if (retryAfterMs !== null) return this.#holdOff(retryAfterMs);
      if (refusal.success && refusal.output.code !== 'SERVER_STOPPING') {
        socket.disconnect();
        this.#events.refused(new ProtocolError(refusal.output.code, refusal.output.message));
        return;
      }
      // socket.io does not try again by itself where the server answered.
      if (refusal.success) this.#connectSoon();
      this.#fail();
    });
    for (const name of Object.keys(serverNotifications) as ServerNotificationName[]) {
      socket.on(name, (body: unknown, newsNumber: unknown) => {
        if (typeof newsNumber === 'number') {
          if (newsNumber <= this.#receivedNews) return;
          this.#receivedNews = newsNumber;
        }
        const parsed = v.safeParse(serverNotifications[name], body);
        // A server of another version may know more than this page does.
        if (parsed.success) this.#events.notified({ name, body: parsed.output } as Notification);
      });
    }
    for (const name of Object.keys(serverRequests) as (keyof ServerRequests)[]) {
      socket.on(name, async (body: unknown, acknowledge: (reply: Reply<unknown>) => void) => {
        acknowledge(await this.#answer(name, body));
      });
    }
  }

  async #answer(name: keyof ServerRequests, body: unknown): Promise<Reply<unknown>> {
    try {
      const input = v.parse(serverRequests[name].input, body);
      return { ok: true, data: await this.#events.asked[name](input) };
    } catch {
      const error = new ProtocolError('INVALID_MESSAGE', `${name} could not be done`);
      return { ok: false, error: error.toBody() };
    }
  }
}
