import { can, type PeerId, type Right, type ServerNotifications } from '#protocol';
import type * as v from 'valibot';
import type { Room } from '../domain/room.ts';
import type { RoomEvent } from '../domain/roomEvents.ts';
import type { PeerSession } from './peerSession.ts';
import type { Clock } from './ports.ts';
import { RosterNews } from './rosterNews.ts';

type Numbered = { readonly revision: number };

interface Options {
  readonly room: Room;
  readonly clock: Clock;
  /** How long changes of the roster are gathered; see RosterNews. */
  readonly rosterBatchMs?: number;
}

/** The sessions of everyone who is in a room, and how they are told what happens. */
export class Attendance {
  readonly #sessions = new Map<PeerId, PeerSession>();
  readonly #roster: RosterNews;
  /** Told after each publication. */
  onPublished: () => void = () => {};

  constructor({ room, clock, rosterBatchMs }: Options) {
    this.#roster = new RosterNews({
      clock,
      audience: () => room.audience,
      tell: (batch) => this.#tellNumbered('rosterChanged', batch),
      ...(rosterBatchMs !== undefined && { batchMs: rosterBatchMs }),
    });
  }

  get all(): PeerSession[] {
    return [...this.#sessions.values()];
  }

  of(peerId: PeerId): PeerSession | undefined {
    return this.#sessions.get(peerId);
  }

  add(session: PeerSession): void {
    this.#sessions.set(session.peerId, session);
  }

  /** False when this one was not in, or somebody else's socket has taken over. */
  remove(session: PeerSession): boolean {
    if (this.#sessions.get(session.peerId) !== session) return false;
    return this.#sessions.delete(session.peerId);
  }

  /** Tells everyone, or only those with a right. */
  readonly tell = <Name extends keyof ServerNotifications>(
    name: Name,
    body: v.InferInput<ServerNotifications[Name]>,
    right?: Right,
  ): void => {
    for (const session of this.#sessions.values()) {
      if (right === undefined || can(session.role, right)) session.channel.notify(name, body);
    }
  };

  /** Tells each what of it concerns them. */
  publish(events: readonly RoomEvent[]): void {
    for (const event of events) {
      switch (event.type) {
        case 'peerJoined':
        case 'peerChanged':
        case 'peerLeft':
          this.#roster.take(event);
          break;
        case 'consentChanged':
          this.of(event.peerId)?.channel.notify('consentChanged', { consent: event.consent });
          break;
        case 'settingsChanged':
        case 'hostChanged':
        case 'recordingStarted':
        case 'recordingChanged':
        case 'recordingStopped': {
          this.#roster.flush();
          const { type, ...body } = event;
          this.#tellNumbered(type, body as Numbered);
          break;
        }
        default:
        // For the recording or the media side alone.
      }
    }
    this.onPublished();
  }

  /** Who leads the talk: told to those who do not know. */
  tellActiveSpeaker(peerId: PeerId | null): void {
    for (const { seat, channel } of this.#sessions.values()) {
      if (seat.activeSpeaker === peerId || channel.awaitsSnapshot) continue;
      seat.activeSpeaker = peerId;
      channel.notify('activeSpeakerChanged', { peerId });
    }
  }

  /** Who is heard in the slots of the stage: told to those who only listen. */
  tellSlots(slots: (PeerId | null)[]): void {
    for (const { role, channel } of this.#sessions.values()) {
      if (!can(role, 'speak')) channel.notify('slotsChanged', { slots });
    }
  }

  /** Idempotent. */
  close(): void {
    this.#roster.close();
  }

  /** Who has a snapshot of after it knows. */
  #tellNumbered(name: keyof ServerNotifications, body: Numbered): void {
    for (const { seat, channel } of this.#sessions.values()) {
      if (seat.knownRevision < body.revision) channel.notify(name, body as never);
    }
  }
}
