import { ProtocolError, type ConsentAnswer, type Listen, type SentSnapshot } from '#protocol';
import { requireGood } from '../domain/invitations.ts';
import type { Room } from '../domain/room.ts';
import type { LiveRoom } from './liveRoom.ts';
import type { PeerSession } from './peerSession.ts';
import type { SpeakerLevels } from './speakerLevels.ts';
import type {
  Clock,
  Identity,
  Log,
  MediaListening,
  RoomBook,
  RoomMemory,
  SpeechEngine,
} from './ports.ts';
import type { RoomDesks } from './roomDesks.ts';
import type { RoomMedia } from './roomMedia.ts';

/** As long a join waits for its way in: a worker that is stuck keeps nobody out. */
const WAY_IN_MS = 5_000;

/** What comes with `join`. */
export interface JoinOptions {
  readonly consent?: ConsentAnswer;
  readonly listen?: Listen;
}

/** The answer to `join`, but for what helps a browser to reach the server. */
export type Joined = Omit<SentSnapshot, 'listening'> & { readonly listening?: MediaListening };

interface Options {
  /** Where it is. */
  readonly live: LiveRoom;
  readonly room: Room;
  readonly media: RoomMedia;
  readonly desks: RoomDesks;
  readonly levels: SpeakerLevels;
  readonly book: RoomBook;
  readonly memory: RoomMemory;
  readonly speech: SpeechEngine | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly makeResumeToken: () => string;
}

/** How people come to sit in a room, and what they are told of it as they do. */
export class Seating {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Whether somebody may come in at this moment.
   * @throws ProtocolError WAITING when they have to be let in first, which they then wait for; ROOM_LOCKED; what
   * `requireGood` throws
   */
  requireAdmission(session: PeerSession): void {
    const { room, desks } = this.#options;
    this.#requireInvitation(session.identity);
    if (!room.entry.mustWait(session.identity)) return;
    session.wait(desks.lobby);
    throw new ProtocolError('WAITING', 'a moderator lets people in');
  }

  /** The same person coming in again takes over from before. @throws ProtocolError as `Room.join` */
  seat(session: PeerSession, answer: ConsentAnswer | undefined): void {
    const { live, room, desks, clock } = this.#options;
    const { people, peersMedia, recording, order } = desks;
    // Nobody loses their place to a newcomer that is refused.
    room.entry.requirePlace(session.identity, answer);
    const before = people.of(session.peerId);
    const hand = before ? room.peer(session.peerId).hand : null;
    before?.remove('REPLACED');
    const events = room.join(session.identity, answer, clock.wallMs(), hand);
    try {
      const media = peersMedia.add(session);
      session.takeSeat({
        ...{ room: live, media, producerId: null, ears: null, followsPhrases: false },
        ...{
          isToldAsAudience: false,
          reachable: false,
          reachableChangedMs: clock.monotonicMs(),
          resumeTokens: [],
        },
        ...{ activeSpeaker: null, knownRevision: Infinity, hadMicrophone: false },
      });
    } catch (error) {
      people.publish([...events, ...room.leave(session.peerId)]);
      throw error;
    }
    session.channel.awaitsSnapshot = true;
    people.add(session);
    order.sees(session);
    recording.keepAnswers(events);
    people.publish(events);
  }

  /**
   * The way in of somebody who takes a seat. Where there is none to be had they are in all the same, and ask
   * for it by itself.
   */
  async listen(session: PeerSession, listen: Listen): Promise<MediaListening | null> {
    const { desks, log } = this.#options;
    try {
      return await this.#soon(desks.hearing.listen(session, listen));
    } catch (err) {
      if (session.isClosed) throw new ProtocolError('WRONG_STATE', 'connection closed');
      log.warn({ peerId: session.peerId, err }, 'way in could not be opened with a join');
      // What there is of it is of no use: half made, or of a worker that died or does not answer.
      await desks.peersMedia.restart(session);
      return null;
    }
  }

  /** Everything that somebody in a seat needs, with the next token that brings them back to it. */
  snapshot(session: PeerSession, { resumed }: { resumed: boolean }): Joined {
    const { room, levels, desks, memory, speech, clock, makeResumeToken } = this.#options;
    const { seat, peerId, role } = session;
    const resumeToken = makeResumeToken();
    seat.resumeTokens = [resumeToken, ...seat.resumeTokens.slice(0, 1)];
    seat.knownRevision = room.revision;
    session.channel.awaitsSnapshot = false;
    return {
      ...room.snapshot(peerId),
      ...desks.people.roster.seenBy(session),
      resumeToken,
      resumed,
      logId: memory.logId,
      speech: desks.phrases.speech,
      voices: [...(speech?.languages ?? [])],
      moderation: role === 'moderator' ? desks.moderation.all : null,
      slots: levels.slots,
      serverTime: clock.wallMs(),
    };
  }

  #soon<T>(opening: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const notYet = () => reject(new Error('the way in takes too long'));
    const cancel = this.#options.clock.after(WAY_IN_MS, notYet);
    return Promise.race([opening, late]).finally(cancel);
  }

  #requireInvitation(identity: Identity): void {
    const { room, book, clock } = this.#options;
    // Who was in by it comes back also when it lets nobody new in.
    if (room.entry.knows(identity)) return;
    requireGood(book.invitation(room.roomId, identity.invitationId), clock.wallMs());
  }
}
