import {
  can,
  type PeerId,
  type ProducerId,
  type Right,
  type RtpCapabilities,
  type ServerNotifications,
} from '#protocol';
import type * as v from 'valibot';
import type { RoomEvent } from '../domain/roomEvents.ts';
import { announce } from './announce.ts';
import type { PeerSession } from './peerSession.ts';
import type { Clock, Log } from './ports.ts';
import { RosterNews } from './rosterNews.ts';

type Numbered = { readonly revision: number };

interface Options {
  readonly clock: Clock;
  readonly log: Log;
  /** How long changes of the roster are gathered; see RosterNews. */
  readonly rosterBatchMs?: number;
}

/** The sessions of everyone who is in a room, and how they are told what happens. */
export class Attendance {
  readonly #sessions = new Map<PeerId, PeerSession>();
  readonly #log: Log;
  readonly #roster: RosterNews;
  /** Told after each publication. */
  onPublished: () => void = () => {};

  constructor({ clock, log, rosterBatchMs }: Options) {
    this.#log = log;
    this.#roster = new RosterNews({
      clock,
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

  /** Announces a speaker's new microphone to everyone who receives already. */
  announceMicrophone(speaker: PeerSession): void {
    const { producerId } = speaker.seat;
    if (!producerId) return;
    for (const listener of this.#sessions.values()) {
      if (listener !== speaker) void announce(listener, speaker.peerId, producerId, this.#log);
    }
  }

  /**
   * Announces every microphone to somebody who receives from now on.
   * @param voice the server's own Producer, where it speaks
   */
  startReceiving(
    listener: PeerSession,
    rtpCapabilities: RtpCapabilities,
    voice: ProducerId | null,
  ): void {
    listener.seat.rtpCapabilities = rtpCapabilities;
    if (voice) void announce(listener, null, voice, this.#log);
    for (const speaker of this.#sessions.values()) {
      const { producerId } = speaker.seat;
      if (speaker !== listener && producerId) {
        void announce(listener, speaker.peerId, producerId, this.#log);
      }
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
