import { can, type PeerId, type ProducerId, type Right, type RtpCapabilities } from '#protocol';
import type { RoomEvent } from '../domain/roomEvents.ts';
import { announce } from './announce.ts';
import type { PeerSession } from './peerSession.ts';
import type { ClientChannel, Log } from './ports.ts';

/** The sessions of everyone who is in a room, and how they are told what happens. */
export class Attendance {
  readonly #sessions = new Map<PeerId, PeerSession>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
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
  readonly tell = (
    name: Parameters<ClientChannel['notify']>[0],
    body: Parameters<ClientChannel['notify']>[1],
    right?: Right,
  ): void => {
    for (const { identity, channel } of this.#sessions.values()) {
      if (right === undefined || can(identity.role, right)) channel.notify(name, body);
    }
  };

  /**
   * Tells each what of it concerns them.
   * @param except who knows already, from the answer to what they asked
   */
  publish(events: readonly RoomEvent[], except?: PeerId): void {
    for (const event of events) {
      switch (event.type) {
        case 'consentAsked':
        case 'consentAnswered':
          // For the recording alone.
          break;
        case 'consentChanged':
          this.of(event.peerId)?.channel.notify('consentChanged', { consent: event.consent });
          break;
        default: {
          const { type, ...body } = event;
          for (const session of this.#sessions.values()) {
            if (session.peerId !== except) session.channel.notify(type, body as never);
          }
        }
      }
    }
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
}
