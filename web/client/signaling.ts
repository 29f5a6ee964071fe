import {
  ErrorBodySchema,
  ProtocolError,
  type ClientRequestName,
  type ClientRequests,
  type ErrorBody,
  type InputOf,
  type OutputOf,
  type RoomSnapshot,
} from '#protocol';
import type { Socket } from 'socket.io-client';
import * as v from 'valibot';
import { ANSWER_TIMEOUT_MS, AnswerTimes } from './answerTimes.ts';
import { Handshake } from './handshake.ts';
import { readReply } from './reply.ts';
import type { Whereabouts } from './servers.ts';
import type { SignalingEvents } from './signalingEvents.ts';
import { SocketLine } from './socketLine.ts';
import { takeIncoming } from './incoming.ts';
import { timeToWait } from './joinInTurn.ts';
import { Reconnection } from './reconnection.ts';

export type { SignalingEvents, Told } from './signalingEvents.ts';

/** The socket to the server: requests out, requests and notifications in, each checked by its schema. */
export class Signaling {
  readonly #line: SocketLine;
  readonly #events: SignalingEvents;
  readonly #handshake: Handshake;
  #isVerifying = false;
  readonly #answers = new AnswerTimes();
  #isRenewing = false;
  #closed = false;
  readonly #reconnection = new Reconnection(() => this.#socket.connect());

  /**
   * @param url the server, where it is always the same; the page's own when left out
   * @param whereabouts of the room's server, which may be another one after `renew`
   * @param renew gives another access token where the last one has expired
   * @param headers for programs, which must send an Origin: browsers do so by themselves
   */
  constructor(options: {
    url?: string;
    whereabouts?: Whereabouts;
    accessToken: string;
    renew?: () => Promise<string>;
    events: SignalingEvents;
    headers?: Readonly<Record<string, string>>;
  }) {
    this.#events = options.events;
    this.#handshake = new Handshake(options.accessToken, options.renew ?? null);
    const { url = '', whereabouts = { origin: url, hasOthers: false }, headers } = options;
    this.#line = new SocketLine({
      ...{ whereabouts, headers },
      auth: () => this.#handshake.auth,
      listen: (socket) => this.#listen(socket),
    });
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
      answer = await this.#socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck(name, input);
    } catch {
      throw new ProtocolError('INTERNAL', `${name} was not answered`);
    }
    this.#answers.answered(askedMs);
    return readReply(name, answer);
  }

  /**
   * Makes sure that the connection is what it seems. One that does not answer in time is made anew, at
   * once; false then.
   */
  async verify(): Promise<boolean> {
    if (!this.#socket.connected || this.#isVerifying) return true;
    this.#isVerifying = true;
    try {
      await this.#socket.timeout(this.#answers.patienceMs).emitWithAck('echo', {});
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
  settled(snapshot: Pick<RoomSnapshot, 'resumeToken' | 'resumed'>): void {
    this.#reconnection.reset();
    this.#handshake.settled(snapshot);
  }

  get accessToken(): string {
    return this.#handshake.accessToken;
  }

  /** Tries from the beginning, after too many failures. */
  retry(): void {
    this.#closed = false;
    this.#reconnection.reset();
    this.reconnect();
  }

  /** The network may be back: no need to wait for the next attempt. */
  hurry(): void {
    if (this.#socket.connected) return;
    this.#reconnection.cancel();
    this.#socket.disconnect().connect();
  }

  get #socket(): Socket {
    return this.#line.socket;
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
    this.#failSoon();
  }

  /** Drops the connection as a network does, to come back to one's place and be told all of it anew. */
  resync(): void {
    this.#socket.io.engine?.close();
  }

  /** A connection after this one begins anew, should there be one. */
  close(): void {
    this.#reconnection.cancel();
    this.#handshake.forgetPlace();
    this.#closed = true;
    this.#socket.disconnect();
  }

  #connect(): void {
    if (!this.#line.connect()) this.#handshake.forgetPlace();
  }

  /** Whether another server may have the room, and would let one in. */
  get #mayMove(): boolean {
    return this.#handshake.knowsDoor && this.#line.hasOthers;
  }

  /** The server, or the door of the room, does not let this one in. */
  #turnedAway(refusal: ErrorBody): void {
    const isElsewhere = refusal.code === 'ROOM_ELSEWHERE' && this.#handshake.knowsDoor;
    if (isElsewhere || (refusal.code === 'SERVER_STOPPING' && this.#mayMove)) {
      return this.#moveSoon();
    }
    const retryAfterMs = timeToWait(refusal);
    if (retryAfterMs !== null) return this.#holdOff(retryAfterMs);
    if (refusal.code === 'SERVER_STOPPING') return this.#failSoon();
    this.#socket.disconnect();
    this.#events.refused(new ProtocolError(refusal.code, refusal.message));
  }

  #moveSoon(): void {
    this.#socket.disconnect();
    this.#reconnection.move(() => void this.#renew());
  }

  async #renew(): Promise<void> {
    this.#socket.disconnect();
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    try {
      await this.#handshake.renew();
      if (!this.#closed) this.#connect();
    } catch (error) {
      if (this.#closed) return;
      // Nothing answered, or not as it should: that passes.
      const isFinal = error instanceof ProtocolError && error.code !== 'INTERNAL';
      if (isFinal) this.#turnedAway(error.toBody());
      else this.#failSoon();
    } finally {
      this.#isRenewing = false;
    }
  }

  #failSoon(): void {
    // socket.io does not try again by itself where the server answered.
    this.#reconnection.soon();
    this.#fail();
  }

  #fail(): void {
    this.#events.unreachable(this.#reconnection.failed());
  }

  /** The server is there, so this is no failed attempt. */
  #holdOff(retryAfterMs: number): void {
    this.#socket.disconnect();
    this.#reconnection.afterMs(retryAfterMs);
    this.#events.heldOff();
  }

  #listen(socket: Socket): void {
    socket.on('connect', () => {
      this.#handshake.accepted();
      this.#events.connected();
    });
    socket.on('disconnect', (reason) => {
      if (reason === 'io client disconnect') return;
      this.#events.disconnected();
      // socket.io does not try again by itself after the server closed the connection.
      if (reason === 'io server disconnect') this.#reconnection.soon();
    });
    socket.on('connect_error', (error) => {
      const refusal = v.safeParse(ErrorBodySchema, (error as { data?: unknown }).data);
      if (!refusal.success) {
        // The first time the network may be to blame, and the place be kept.
        const isSilent = error.message === 'timeout' || this.#reconnection.attempts > 0;
        if (this.#mayMove && isSilent) this.#moveSoon();
        return this.#fail();
      }
      const isStale = refusal.output.code === 'TOKEN_EXPIRED' && this.#handshake.canRenew;
      if (isStale) void this.#renew();
      else this.#turnedAway(refusal.output);
    });
    takeIncoming(socket, {
      isNews: (number) => this.#handshake.isNews(number),
      told: (notification) => {
        if (notification.name !== 'tokenRefreshed') return this.#events.notified(notification);
        this.#handshake.refreshed(notification.body.accessToken);
      },
      asked: this.#events.asked,
    });
  }
}
