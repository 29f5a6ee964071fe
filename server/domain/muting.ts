import {
  ProtocolError,
  can,
  type MicrophoneState,
  type PeerId,
  type PeerInfo,
  type Role,
  type RoomSettings,
} from '#protocol';
import type { RoomEvent } from './roomEvents.ts';
import type { Roster } from './roster.ts';
import type { Standings } from './standings.ts';

interface Parts {
  readonly roster: Roster;
  readonly standings: Standings;
  readonly settings: () => RoomSettings;
}

/** Whose microphone is open, and who may open theirs. Nobody opens another's. */
export class Muting {
  readonly #parts: Parts;
  /** Those who were given the floor and have it still: their microphones may open as they come on stage. */
  readonly #given = new Set<PeerId>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether people of a role may open their microphones without being given the floor. */
  mayUnmute(role: Role): boolean {
    return role === 'moderator' || this.#parts.settings().selfUnmute;
  }

  given(peerId: PeerId): void {
    this.#given.add(peerId);
  }

  taken(peerId: PeerId): void {
    this.#given.delete(peerId);
  }

  /** @throws ProtocolError FORBIDDEN when the role may not speak */
  setMicrophone(peerId: PeerId, microphone: MicrophoneState): RoomEvent[] {
    this.#requireSpeaker(peerId);
    return this.#parts.roster.change(peerId, { microphone });
  }

  /**
   * A microphone is connected. Where it is muted and its owner did not ask for that, it counts as muted by
   * a moderator: so they know.
   * @throws ProtocolError FORBIDDEN when the role may not speak
   */
  connect(peerId: PeerId, { muted, asked }: { muted: boolean; asked: boolean }): RoomEvent[] {
    const { mutes } = this.#requireSpeaker(peerId);
    const microphone = muted ? 'muted' : 'open';
    const isForced = muted && !asked;
    return this.#parts.roster.change(peerId, {
      microphone,
      ...(isForced && { mutes: this.#count(peerId, mutes) }),
    });
  }

  /** Without effect on who only listens. @throws ProtocolError NOT_FOUND */
  mute(peerId: PeerId): RoomEvent[] {
    const { roster } = this.#parts;
    const peer = roster.find(peerId);
    if (peer.role === 'audience') return [];
    this.#given.delete(peerId);
    const mayUnmute = this.mayUnmute(peer.role);
    // Counted also where none is open: one may be about to be.
    const microphone = peer.microphone === 'open' ? 'muted' : peer.microphone;
    // An offer of the floor that is not answered yet would undo it.
    const change = {
      microphone,
      mutes: this.#count(peerId, peer.mutes),
      mayUnmute,
      offered: false,
    };
    const changed = roster.change(peerId, change);
    return [...changed, { type: 'muted', peerId }];
  }

  muteOthers(by: PeerId): RoomEvent[] {
    const others = this.#parts.roster.all.filter(({ peerId }) => peerId !== by);
    return others.flatMap(({ peerId }) => this.mute(peerId));
  }

  /** Whether a microphone that is connected now begins muted, whatever its owner asked for. */
  opensMuted(peerId: PeerId, asked: { muted: boolean; mutes: number }, isFirst: boolean): boolean {
    const peer = this.#parts.roster.of(peerId);
    if (asked.muted || !peer.mayUnmute || asked.mutes !== peer.mutes) return true;
    return isFirst && !this.#given.has(peerId) && this.#arrivesMuted(peer);
  }

  /** @throws ProtocolError FORBIDDEN, or WRONG_STATE where a moderator has muted them meanwhile */
  requireMayOpen(peerId: PeerId, mutes: number): void {
    const peer = this.#parts.roster.of(peerId);
    if (!peer.mayUnmute) throw new ProtocolError('FORBIDDEN', 'a moderator gives the floor here');
    if (mutes !== peer.mutes) throw new ProtocolError('WRONG_STATE', 'muted by a moderator');
  }

  /** After other settings: who may open their microphones now. */
  rulesChanged(): RoomEvent[] {
    const { roster } = this.#parts;
    return roster.all.flatMap(({ peerId, role, microphone, mayUnmute }) => {
      // Who talks at this moment goes on.
      const isGranted = this.mayUnmute(role) || (mayUnmute && microphone === 'open');
      return roster.change(peerId, { mayUnmute: isGranted });
    });
  }

  #arrivesMuted({ role }: PeerInfo): boolean {
    return role !== 'moderator' && this.#parts.settings().entryMuted;
  }

  #count(peerId: PeerId, before: number): number {
    const mutes = before + 1;
    this.#parts.standings.change(peerId, { mutes });
    return mutes;
  }

  #requireSpeaker(peerId: PeerId): PeerInfo {
    const peer = this.#parts.roster.of(peerId);
    if (!can(peer.role, 'speak')) throw new ProtocolError('FORBIDDEN', 'this role does not speak');
    return peer;
  }
}
