import {
  PhraseDraftSchema,
  ProtocolError,
  ReceiptSchema,
  type PeerId,
  type PhraseDraft,
  type Receipt,
} from '#protocol';
import * as v from 'valibot';
import { FloodGuard, PAUSE_MS } from '../domain/floodGuard.ts';
import type { PeerSession } from './peerSession.ts';
import { sendAway } from './sendAway.ts';
import type { BanBook, ClientChannel, Clock, Log } from './ports.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });
const MessageSchema = v.union([PhraseDraftSchema, ReceiptSchema]);

interface Taker {
  draft(session: PeerSession, draft: PhraseDraft): void;
  receipt(session: PeerSession, receipt: Receipt): void;
}

/** Where phrase channels end: holds back who sends too much, and reads what the others send. */
export class PhraseIntake {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #bans: BanBook;
  readonly #taker: Taker;
  /** By person, so that coming back in gives nobody a clean slate. */
  readonly #guards = new Map<PeerId, FloodGuard>();

  constructor(options: { clock: Clock; log: Log; bans: BanBook; taker: Taker }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#bans = options.bans;
    this.#taker = options.taker;
  }

  /** A message of a phrase channel: UTF-8 JSON of a PhraseDraft or a Receipt. Anything else is told its author. */
  message(session: PeerSession, message: Uint8Array): void {
    if (session.isClosed || !this.#admits(session)) return;
    let read: PhraseDraft | Receipt;
    try {
      read = v.parse(MessageSchema, JSON.parse(decoder.decode(message)));
    } catch {
      session.channel.notify('phraseRejected', { draftId: null, code: 'INVALID_MESSAGE' });
      return;
    }
    if ('draftId' in read) this.#taker.draft(session, read);
    else this.#taker.receipt(session, read);
  }

  /**
   * A draft that came over the socket.
   * @throws ProtocolError RATE_LIMITED for who sends too much
   */
  draft(session: PeerSession, draft: PhraseDraft): void {
    this.#requireAdmission(session);
    this.#taker.draft(session, draft);
  }

  /**
   * A receipt that came over the socket.
   * @throws ProtocolError RATE_LIMITED for who sends too much
   */
  receipt(session: PeerSession, receipt: Receipt): void {
    this.#requireAdmission(session);
    this.#taker.receipt(session, receipt);
  }

  #requireAdmission(session: PeerSession): void {
    if (this.#admits(session)) return;
    throw new ProtocolError('RATE_LIMITED', 'too much at once', { retryAfterMs: PAUSE_MS });
  }

  #admits(session: PeerSession): boolean {
    const { peerId } = session;
    const nowMs = this.#clock.monotonicMs();
    let guard = this.#guards.get(peerId);
    if (!guard) this.#guards.set(peerId, (guard = new FloodGuard(nowMs)));
    const verdict = guard.message(nowMs);
    if (verdict === 'pause') this.#pause(session);
    if (verdict === 'end') {
      this.#log.warn({ peerId }, 'peer removed: flooded its phrase channel again');
      sendAway(session, { bans: this.#bans, clock: this.#clock });
    }
    return verdict === 'take';
  }

  /** Stopped where it arrives, so that a flood costs this process nothing more. */
  #pause(session: PeerSession): void {
    const { channel, peerId, seat } = session;
    const { media } = seat;
    this.#log.warn({ peerId }, 'phrase channel paused: flooded');
    const rejection = { draftId: null, code: 'RATE_LIMITED', retryAfterMs: PAUSE_MS } as const;
    channel.notify('phraseRejected', rejection);
    media.setPhrasesPaused(true);
    this.#clock.after(PAUSE_MS, () => media.setPhrasesPaused(false));
  }
}

/** Runs what makes a phrase of a draft, and tells its author when a rule refuses it. */
export function rejectRefused(
  author: Pick<ClientChannel, 'notify'>,
  draft: PhraseDraft,
  say: () => void,
): void {
  try {
    say();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const { code, retryAfterMs } = error.toBody();
    author.notify('phraseRejected', {
      draftId: draft.draftId,
      code,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
}
