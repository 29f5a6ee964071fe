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
import type { Muting } from './muting.ts';
import type { RoomEvent } from './roomEvents.ts';
import type { Roster } from './roster.ts';
import type { Standings } from './standings.ts';
import type { TalkTimes } from './talkTimes.ts';

/** What the stage's rules look at and change. */
interface Parts {
  readonly roster: Roster;
  readonly host: Host;
  readonly standings: Standings;
  readonly muting: Muting;
  readonly talkTimes: TalkTimes;
  readonly settings: () => RoomSettings;
}

/** Who may speak, who asks for the floor, and who is given it. */
export class Stage {
  readonly #parts: Parts;
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
    const { roster, standings, muting } = this.#parts;
    const peer = roster.of(peerId);
    if (!peer.offered) throw new ProtocolError('WRONG_STATE', 'nobody offers the floor');
    const answered = { hand: null, offered: false };
    if (!accept) return roster.change(peerId, answered);
    const isListener = peer.role === 'audience';
    if (isListener) {
      this.#requirePlace('speaker');
      standings.change(peerId, { role: 'speaker' });
    }
    muting.given(peerId);
    const role = isListener ? 'speaker' : peer.role;
    return roster.change(peerId, { ...answered, role, mayUnmute: true });
  }

  /**
   * @throws ProtocolError NOT_FOUND, ROOM_FULL, or WRONG_STATE: to speak a listener has to be asked, and
   * somebody has to moderate
   */
  setRole(peerId: PeerId, role: Role): RoomEvent[] {
    const { roster } = this.#parts;
    const peer = roster.find(peerId);
    if (peer.role === role) return [];
    if (peer.role === 'audience' && role === 'speaker') {
      throw new ProtocolError('WRONG_STATE', 'a listener is offered the floor');
    }
    if (peer.role === 'moderator' && !this.#moderatesBeside(peerId)) {
      throw new ProtocolError('WRONG_STATE', 'somebody has to moderate');
    }
    // Order comes before places: whoever is taken down needs none.
    if (role === 'moderator') this.#requirePlace('moderator');
    return this.#give(peer, role);
  }

  /** Makes somebody the moderator who holds the room; where there is a place for one only, they change places. */
  handOver(by: PeerId, peerId: PeerId): RoomEvent[] {
    const { roster, host } = this.#parts;
    const peer = roster.find(peerId);
    const isFull = peer.role !== 'moderator' && !this.#hasPlace('moderator');
    const given = peer.role === 'moderator' ? [] : this.#give(peer, 'moderator');
    const passed = host.pass(peerId);
    return [...given, ...passed, ...(isFull ? this.#give(roster.of(by), 'speaker') : [])];
  }

  #give(peer: PeerInfo, role: Role): RoomEvent[] {
    const { roster, host, standings, muting } = this.#parts;
    const { peerId } = peer;
    standings.change(peerId, { role });
    muting.taken(peerId);
    const events = roster.change(peerId, {
      ...{ role, mayUnmute: muting.mayUnmute(role), hand: null, offered: false },
      ...(role === 'audience' && { microphone: 'none' }),
    });
    if (role === 'audience') events.push({ type: 'leftStage', peerId });
    if ([peer.role, role].includes('moderator')) events.push({ type: 'moderatorsChanged', peerId });
    events.push(...(role === 'moderator' ? host.moderates(peerId) : host.deposed(peerId)));
    return events;
  }

  /** Whether anybody else is here who moderates. */
  #moderatesBeside(peerId: PeerId): boolean {
    return this.#parts.roster.all.some(
      (peer) => peer.peerId !== peerId && peer.role === 'moderator' && !peer.away,
    );
  }

  #hasPlace(role: Role): boolean {
    const places = this.#parts.settings().capacity[role];
    return places === null || this.#parts.roster.count(role) < places;
  }

  #requirePlace(role: Role): void {
    if (this.#hasPlace(role)) return;
    throw new ProtocolError('ROOM_FULL', `no place for another ${role}`);
  }
}
