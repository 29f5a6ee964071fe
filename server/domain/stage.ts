import {
  ProtocolError,
  can,
  type CallOrder,
  type PeerId,
  type PeerInfo,
  type Role,
  type RoomSettings,
} from '#protocol';
import type { Host } from './host.ts';
import type { RoomEvent } from './roomEvents.ts';
import type { Roster } from './roster.ts';
import type { Standings } from './standings.ts';
import type { TalkTimes } from './talkTimes.ts';

/** What the stage's rules look at and change. */
interface Parts {
  readonly roster: Roster;
  readonly host: Host;
  readonly standings: Standings;
  readonly talkTimes: TalkTimes;
  readonly settings: () => RoomSettings;
}

/** Who may speak, who asks for the floor, and who is given it. */
export class Stage {
  readonly #parts: Parts;
  /** Those who were given the floor and have it still: their microphones may open as they come on stage. */
  readonly #given = new Set<PeerId>();
  #lastHand = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws ProtocolError FORBIDDEN for moderators, who have the floor when they want it */
  raiseHand(peerId: PeerId, wallMs: number): RoomEvent[] {
    const { roster } = this.#parts;
    const peer = roster.of(peerId);
    if (can(peer.role, 'moderate')) throw new ProtocolError('FORBIDDEN', 'moderators just speak');
    if (peer.hand) return [];
    this.#lastHand += 1;
    return roster.change(peerId, {
      hand: { number: this.#lastHand, raisedAt: Math.round(wallMs) },
    });
  }

  /** Takes an offer of the floor back too. */
  lowerHand(peerId: PeerId): RoomEvent[] {
    return this.#parts.roster.change(peerId, { hand: null, offered: false });
  }

  /** @throws ProtocolError NOT_FOUND, WRONG_STATE for a moderator, ROOM_FULL when the stage is */
  giveFloor(peerId: PeerId): RoomEvent[] {
    const { roster } = this.#parts;
    const peer = roster.find(peerId);
    if (can(peer.role, 'moderate')) throw new ProtocolError('WRONG_STATE', 'moderators just speak');
    if (peer.role === 'audience') this.#requirePlace('speaker');
    return roster.change(peerId, { offered: true });
  }

  /** Of those whose hand is raised, who are connected and have not been offered the floor. */
  next(order: CallOrder): PeerId | null {
    const { roster, talkTimes } = this.#parts;
    const hands = roster.all
      .filter((peer) => peer.hand !== null && !peer.offered && !peer.away)
      .toSorted((a, b) => (a.hand?.number ?? 0) - (b.hand?.number ?? 0));
    if (order === 'leastTalked') {
      // Stable: of those who have talked as long, who waited longest.
      hands.sort((a, b) => talkTimes.of(a.peerId) - talkTimes.of(b.peerId));
    }
    return hands[0]?.peerId ?? null;
  }

  /** @throws ProtocolError WRONG_STATE without an offer, ROOM_FULL when the stage is */
  answerFloor(peerId: PeerId, accept: boolean): RoomEvent[] {
    const { roster, standings } = this.#parts;
    const peer = roster.of(peerId);
    if (!peer.offered) throw new ProtocolError('WRONG_STATE', 'nobody offers the floor');
    const answered = { hand: null, offered: false };
    if (!accept) return roster.change(peerId, answered);
    const isListener = peer.role === 'audience';
    if (isListener) {
      this.#requirePlace('speaker');
      standings.change(peerId, { role: 'speaker' });
    }
    this.#given.add(peerId);
    const role = isListener ? 'speaker' : peer.role;
    return roster.change(peerId, { ...answered, role, mayUnmute: true });
  }

  /**
   * @throws ProtocolError NOT_FOUND, ROOM_FULL, or WRONG_STATE: to speak a listener has to be asked, and
   * somebody has to moderate
   */
  setRole(peerId: PeerId, role: Role): RoomEvent[] {
    const { roster, host, standings, settings } = this.#parts;
    const peer = roster.find(peerId);
    if (peer.role === role) return [];
    if (peer.role === 'audience' && role === 'speaker') {
      throw new ProtocolError('WRONG_STATE', 'a listener is offered the floor');
    }
    if (peer.role === 'moderator' && roster.count('moderator') === 1) {
      throw new ProtocolError('WRONG_STATE', 'somebody has to moderate');
    }
    if (role === 'moderator') this.#requirePlace('moderator');
    standings.change(peerId, { role });
    this.#given.delete(peerId);
    const mayUnmute = role === 'moderator' || settings().selfUnmute;
    const events = roster.change(peerId, {
      ...{ role, mayUnmute, hand: null, offered: false },
      ...(role === 'audience' && { microphone: 'none' }),
    });
    if (role === 'audience') events.push({ type: 'leftStage', peerId });
    if ([peer.role, role].includes('moderator')) events.push({ type: 'moderatorsChanged', peerId });
    events.push(...(role === 'moderator' ? host.moderates(peerId) : host.deposed(peerId)));
    return events;
  }

  /** @throws ProtocolError NOT_FOUND, or ROOM_FULL */
  handOver(peerId: PeerId): RoomEvent[] {
    return [...this.setRole(peerId, 'moderator'), ...this.#parts.host.pass(peerId)];
  }

  /** Without effect on who only listens. @throws ProtocolError NOT_FOUND */
  mute(peerId: PeerId): RoomEvent[] {
    const { roster, settings } = this.#parts;
    const peer = roster.find(peerId);
    if (peer.role === 'audience') return [];
    this.#given.delete(peerId);
    const mayUnmute = peer.role === 'moderator' || settings().selfUnmute;
    // Counted also where none is open: one may be about to be.
    const microphone = peer.microphone === 'open' ? 'muted' : peer.microphone;
    const changed = roster.change(peerId, { microphone, mutes: peer.mutes + 1, mayUnmute });
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
    const { roster, settings } = this.#parts;
    const { selfUnmute } = settings();
    return roster.all.flatMap(({ peerId, role, microphone, mayUnmute }) => {
      // Who talks at this moment goes on.
      const isGranted = role === 'moderator' || selfUnmute || (mayUnmute && microphone === 'open');
      return roster.change(peerId, { mayUnmute: isGranted });
    });
  }

  left(peerId: PeerId): void {
    this.#given.delete(peerId);
  }

  /** Of who comes in: whether they may open their microphone. */
  mayUnmuteOnArrival(role: Role): boolean {
    return role === 'moderator' || this.#parts.settings().selfUnmute;
  }

  #arrivesMuted({ role }: PeerInfo): boolean {
    return role !== 'moderator' && this.#parts.settings().entryMuted;
  }

  #requirePlace(role: Role): void {
    const places = this.#parts.settings().capacity[role];
    if (places === null || this.#parts.roster.count(role) < places) return;
    throw new ProtocolError('ROOM_FULL', `no place for another ${role}`);
  }
}
