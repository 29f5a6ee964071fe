import { ProtocolError, type ErrorCode, type PeerId } from '#protocol';
import type { Socket } from 'socket.io';
import type { AddressRates } from '../domain/addressRates.ts';
import { FLOOD_BAN_MS, refuseBanned } from '../domain/bans.ts';
import { RequestLimits, type Refusal } from '../domain/requestLimits.ts';
import type { BanBook, Clock, Identity, Log } from '../session/ports.ts';
import { addressOf } from './clientAddress.ts';
import { FrameGuard } from './frameGuard.ts';

/** What a client is left to hear why, and to close its end. */
const GOODBYE_MS = 250;

type Connection = Socket['conn'];

interface Removable {
  remove(code: ErrorCode): void;
}

/** Counts what each connection, person and address asks, and sends away whoever asks too much. */
export class Doorkeeper {
  readonly #limits: RequestLimits;
  readonly #frames: FrameGuard<Connection>;
  readonly #bans: BanBook;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #isTrustedProxy: (address: string) => boolean;

  constructor(options: {
    bans: BanBook;
    clock: Clock;
    log: Log;
    isTrustedProxy: (address: string) => boolean;
    /** What an address may do. */
    rates: AddressRates;
  }) {
    this.#limits = new RequestLimits(Math.random, options.rates);
    this.#bans = options.bans;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#isTrustedProxy = options.isTrustedProxy;
    this.#frames = new FrameGuard(options.clock);
  }

  watch(connection: Connection): void {
    this.#frames.watch(connection, () => cut(connection));
  }

  /** Somebody knocks. @throws ProtocolError RATE_LIMITED */
  knock(socket: Socket): void {
    const retryAfterMs = this.#limits.knock(this.#addressOf(socket), this.#clock.monotonicMs());
    if (retryAfterMs > 0) throw tooMany(retryAfterMs);
  }

  /** It is this person. @throws ProtocolError RATE_LIMITED, or what a ban says */
  enter({ roomId, peerId }: Identity): void {
    const wallMs = this.#clock.wallMs();
    refuseBanned(this.#bans.banOf(roomId, peerId, wallMs), wallMs);
    const refused = this.#limits.enter(peerId, this.#clock.monotonicMs());
    if (refused) throw tooMany(refused.retryAfterMs);
  }

  /** What `bindHandlers` asks for a socket that is in. */
  guard(
    socket: Socket,
    { roomId, peerId, displayName }: Identity,
    session: Removable,
  ): { limit: (name: unknown) => Refusal | null; end: () => void } {
    const address = this.#addressOf(socket);
    const end = () => {
      this.#log.warn({ roomId, peerId }, 'peer removed: asked too much');
      const atMs = this.#clock.wallMs();
      const untilMs = atMs + FLOOD_BAN_MS;
      this.#bans.ban({ roomId, peerId, displayName, atMs, untilMs, code: 'RATE_LIMITED' });
      session.remove('RATE_LIMITED');
      // A websocket that is being closed goes on reading for as long as its other end sends.
      this.#clock.after(GOODBYE_MS, () => cut(socket.conn));
    };
    this.#frames.atFlood(socket.conn, () => {
      this.#limits.ban(peerId, this.#clock.monotonicMs());
      end();
    });
    const from: { peerId: PeerId; address: string } = { peerId, address };
    return {
      limit: (name) => this.#limits.request(from, name, this.#clock.monotonicMs()),
      end,
    };
  }

  #addressOf(socket: Socket): string {
    return addressOf(socket.request, this.#isTrustedProxy);
  }
}

function cut(connection: Connection): void {
  connection.request.socket.destroy();
}

function tooMany(retryAfterMs: number): ProtocolError {
  return new ProtocolError('RATE_LIMITED', 'too many requests', { retryAfterMs });
}
