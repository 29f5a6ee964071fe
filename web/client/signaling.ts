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
  type ServerNotificationName,
  type ServerNotifications,
  type ServerRequests,
} from '#protocol';
import { io, type Socket } from 'socket.io-client';
import * as v from 'valibot';

const ACK_TIMEOUT_MS = 10_000;
const RECONNECT_MIN_MS = 500;
const RECONNECT_MAX_MS = 5_000;

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
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param url the page's own server when empty
   * @param origin for programs: browsers say their page's by themselves
   */
  constructor(options: {
    url: string;
    accessToken: string;
    events: SignalingEvents;
    origin?: string;
  }) {
    this.#events = options.events;
    const settings = {
      auth: { token: options.accessToken },
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: RECONNECT_MIN_MS,
      reconnectionDelayMax: RECONNECT_MAX_MS,
      ...(options.origin === undefined ? {} : { extraHeaders: { origin: options.origin } }),
    };
    this.#socket = options.url ? io(options.url, settings) : io(settings);
    this.#listen();
  }

  /** @throws ProtocolError as the server refuses, or INTERNAL when it does not answer */
  async request<Name extends ClientRequestName>(
    name: Name,
    input: InputOf<ClientRequests[Name]>,
  ): Promise<OutputOf<ClientRequests[Name]>> {
    let answer: unknown;
    try {
      answer = await this.#socket.timeout(ACK_TIMEOUT_MS).emitWithAck(name, input);
    } catch {
      throw new ProtocolError('INTERNAL', `${name} was not answered`);
    }
    const reply = v.parse(ReplySchema, answer);
    if (!reply.ok) {
      const { code, message, retryAfterMs } = reply.error;
      throw new ProtocolError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
    }
    return v.parse(clientRequests[name].output, reply.data) as OutputOf<ClientRequests[Name]>;
  }

  /** The visit stands: later failures count from here. */
  settled(): void {
    this.#attempts = 0;
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

  close(): void {
    clearTimeout(this.#retry);
    this.#socket.disconnect();
  }

  #fail(): void {
    this.#attempts += 1;
    this.#events.unreachable(this.#attempts);
  }

  /** Spread out, so that a room full of people does not come back in one moment. */
  #connectSoon(): void {
    clearTimeout(this.#retry);
    const longestMs = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** this.#attempts);
    const delayMs = longestMs * (0.5 + Math.random() / 2);
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
      if (refusal.success && refusal.output.code !== 'SERVER_STOPPING') {
        socket.disconnect();
        this.#events.refused(new ProtocolError(refusal.output.code, refusal.output.message));
        return;
      }
      this.#fail();
    });
    for (const name of Object.keys(serverNotifications) as ServerNotificationName[]) {
      socket.on(name, (body: unknown) => {
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
