import { can, type PeerId, type PeerInfo, type Right, type ServerNotifications } from '#protocol';
import type * as v from 'valibot';
import type { Room } from '../domain/room.ts';
import type { RoomEvent } from '../domain/roomEvents.ts';
import { ActiveSpeakerNews } from './activeSpeakerNews.ts';
import type { PeerSession } from './peerSession.ts';
import type { Clock } from './ports.ts';
import { RosterDesk } from './rosterDesk.ts';
import { tellAll } from './sessionChannel.ts';
import { SlotsNews } from './slotsNews.ts';

interface Options {
  readonly room: Room;
  readonly clock: Clock;
  /** How long changes of the roster are gathered; see RosterNews. */
  readonly rosterBatchMs?: number;
}

/** The sessions of everyone who is in a room, and how they are told what happens. */
export class Attendance {
  readonly #sessions = new Map<PeerId, PeerSession>();
  /** Who is told of whom. */
  readonly roster: RosterDesk;
  /** Who is heard in the slots of the stage: for those who only listen. */
  readonly slots: SlotsNews;
  /** Who leads the talk. */
  readonly talk: ActiveSpeakerNews;
  /** Told after each publication. */
  onPublished: () => void = () => {};

  constructor(options: Options) {
    this.roster = new RosterDesk({ ...options, sessions: this.#sessions });
    this.slots = new SlotsNews({
      clock: options.clock,
      tell: (slots) =>
        this.#tellThose(({ role }) => !can(role, 'speak'), 'slotsChanged', { slots }),
    });
    this.talk = new ActiveSpeakerNews({
      clock: options.clock,
      tell: (peerId) => this.#tellActiveSpeaker(peerId),
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
    this.#tellThose(({ role }) => right === undefined || can(role, right), name, body);
  };

  /** Tells each what of it concerns them. */
  publish(events: readonly RoomEvent[]): void {
    for (const event of events) {
      switch (event.type) {
        case 'peerJoined':
        case 'peerChanged':
        case 'peerLeft':
          this.roster.take(event);
          break;
        case 'consentChanged':
          this.of(event.peerId)?.channel.notify('consentChanged', { consent: event.consent });
          break;
        case 'settingsChanged':
        case 'hostChanged':
        case 'recordingStarted':
        case 'recordingChanged':
        case 'recordingStopped': {
          this.roster.flush();
          const { type, ...body } = event;
          // Who has a snapshot of after it knows.
          const isNew = ({ seat }: PeerSession) => seat.knownRevision < body.revision;
          this.#tellThose(isNew, type, body as never);
          break;
        }
        default:
        // For the recording or the media side alone.
      }
    }
    for (const event of events) if (event.type === 'peerChanged') this.#showRoster(event);
    this.onPublished();
  }

  /** Who leads the talk: told to those who do not know. */
  #tellActiveSpeaker(peerId: PeerId | null): void {
    const isNew = ({ seat, channel }: PeerSession) => {
      if (seat.activeSpeaker === peerId || channel.awaitsSnapshot) return false;
      seat.activeSpeaker = peerId;
      return true;
    };
    this.#tellThose(isNew, 'activeSpeakerChanged', { peerId });
  }

  /** Idempotent. */
  close(): void {
    this.roster.close();
    this.slots.close();
    this.talk.close();
  }

  /** Somebody has come on the stage perhaps, or left it: they see others from there. */
  #showRoster({ peer, before }: { readonly peer: PeerInfo; readonly before: PeerInfo }): void {
    const session = this.of(peer.peerId);
    if (!session || can(peer.role, 'speak') === can(before.role, 'speak')) return;
    this.roster.replaceFor(session);
    if (!can(session.role, 'speak'))
      session.channel.notify('slotsChanged', { slots: this.slots.slots });
  }

  #tellThose<Name extends keyof ServerNotifications>(
    isMeant: (session: PeerSession) => boolean,
    name: Name,
    body: v.InferInput<ServerNotifications[Name]>,
  ): void {
    const channels = [];
    for (const session of this.#sessions.values())
      if (isMeant(session)) channels.push(session.channel);
    tellAll(channels, name, body);
  }
}
