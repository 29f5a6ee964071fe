import { ProtocolError, can, type ConsumerOptions, type Listen } from '#protocol';
import type { Attendance } from './attendance.ts';
import { Ears, type Voice } from './ears.ts';
import type { PeerSession } from './peerSession.ts';
import type { Hearing, Log, MediaListening } from './ports.ts';

interface Options {
  readonly people: Attendance;
  /** Somebody's way in cannot carry what they are to hear: they build another. */
  readonly unfit: (session: PeerSession) => void;
  readonly log: Log;
}

/** What each person of a room hears: who only listens the stage's slots, the others every microphone. */
export class HearingDesk {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Opens somebody's way in, with all that is to be heard at this moment.
   * @throws ProtocolError LIMIT_REACHED where there is one, WRONG_STATE where it is gone before it is there
   */
  listen(session: PeerSession, listen: Listen): Promise<MediaListening> {
    return session.inSlot('wayIn', () => this.#listen(session, listen));
  }

  microphoneConnected(speaker: PeerSession): void {
    const { producerId } = speaker.seat;
    if (!producerId) return;
    for (const { seat, peerId } of this.#options.people.all) {
      if (peerId !== speaker.peerId) {
        seat.ears?.microphoneConnected({ peerId: speaker.peerId, producerId });
      }
    }
  }

  microphoneGone(producerId: Voice['producerId']): void {
    for (const { seat } of this.#options.people.all) seat.ears?.microphoneGone(producerId);
  }

  /** Somebody came on the stage, or left it. */
  roleChanged(session: PeerSession): void {
    session.seat.ears?.want(hearingOf(session));
  }

  async #listen(session: PeerSession, listen: Listen): Promise<MediaListening> {
    const { log } = this.#options;
    const { seat } = session;
    const { media } = seat;
    const hearing = hearingOf(session);
    const listening = await media.listen({ ...listen, hearing });
    const microphones = () => this.#microphonesBut(session);
    const unfit = () => this.#options.unfit(session);
    const ears = new Ears({ session, media, hearing, microphones, unfit, log });
    const own = hearing === 'slots' ? [] : await this.#consumeAll(session, ears);
    if (session.isClosed || seat.media !== media) {
      throw new ProtocolError('WRONG_STATE', 'connection closed');
    }
    seat.ears = ears;
    if (!listening.phraseChannel) seat.followsPhrases = true;
    // They may have come on the stage, or left it, meanwhile.
    ears.want(hearingOf(session));
    // One that could not be among the first, or was connected at the last moment, is announced.
    for (const voice of microphones()) ears.microphoneConnected(voice);
    return { ...listening, consumers: [...listening.consumers, ...own] };
  }

  /** Those that are connected while others are being made are in it, too: the client has no way in yet to announce them on. */
  async #consumeAll(session: PeerSession, ears: Ears): Promise<ConsumerOptions[]> {
    const { media } = session.seat;
    const made = new Map<Voice['producerId'], ConsumerOptions | null>();
    for (;;) {
      const voices = this.#microphonesBut(session);
      const missing = voices.filter(({ producerId }) => !made.has(producerId));
      if (missing.length === 0) {
        const consumers = voices.flatMap(({ producerId }) => made.get(producerId) ?? []);
        for (const { producerId, consumerId } of consumers) ears.has(producerId, consumerId);
        return consumers;
      }
      await Promise.all(
        missing.map(async ({ producerId, peerId }) => {
          const consumer = media.consume({ producerId, peerId, paused: false });
          made.set(producerId, await consumer.catch(ifGone));
        }),
      );
    }
  }

  #microphonesBut(listener: PeerSession): Voice[] {
    const voices: Voice[] = [];
    for (const { seat, peerId } of this.#options.people.all) {
      const { producerId } = seat;
      if (producerId && peerId !== listener.peerId) voices.push({ peerId, producerId });
    }
    return voices;
  }
}

/** A microphone that was disconnected meanwhile is not missed. */
function ifGone(error: unknown): null {
  if (error instanceof ProtocolError && error.code === 'NOT_FOUND') return null;
  throw error;
}

function hearingOf({ role }: PeerSession): Hearing {
  return can(role, 'speak') ? 'microphones' : 'slots';
}
