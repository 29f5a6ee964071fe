import {
  ProtocolError,
  briefly,
  mayWrite,
  type ConsentAnswer,
  type Hand,
  type PeerId,
  type PeerInfo,
  type Phrase,
  type PhraseDraft,
  type RoomId,
  type RoomSettings,
  type SentSnapshot,
  type SettingsChange,
} from '#protocol';
import { audiencePage, type AudienceAsked, type AudiencePage } from './audiencePage.ts';
import { Entry, type Newcomer } from './entry.ts';
import { Host } from './host.ts';
import { Muting } from './muting.ts';
import { PhraseLog } from './phraseLog.ts';
import { RecordedPeople } from './recordedPeople.ts';
import type { RoomChange, RoomEvent } from './roomEvents.ts';
import { Roster } from './roster.ts';
import { Stage } from './stage.ts';
import { Standings, type Standing } from './standings.ts';
import { TalkTimes } from './talkTimes.ts';

/** What others than the room's rules add to a snapshot. */
type SnapshotRest = Pick<
  SentSnapshot,
  | 'routerRtpCapabilities'
  | 'resumeToken'
  | 'resumed'
  | 'serverTime'
  | 'logId'
  | 'speech'
  | 'voices'
  | 'moderation'
  | 'slots'
  | 'peers'
  | 'audience'
  | 'listening'
>;

export interface RoomOptions {
  readonly roomId: RoomId;
  readonly roomName: string;
  readonly settings: RoomSettings;
  readonly maxPeers: number;
  /** What was said in it before the server's process ended, oldest first. */
  readonly phrases?: readonly Phrase[];
  /** What moderators made of people before it ended. */
  readonly standings?: ReadonlyMap<PeerId, Standing>;
  /** Puts a standing where it outlives the process. */
  readonly keepStanding?: (peerId: PeerId, standing: Standing) => void;
}

/** Who is in a room and what goes on in it. Decides, and returns what happened; sends nothing. */
export class Room {
  readonly roomId: RoomId;
  readonly entry: Entry;
  readonly stage: Stage;
  readonly muting: Muting;
  readonly host: Host;
  readonly standings: Standings;
  readonly recorded: RecordedPeople;
  readonly talkTimes = new TalkTimes();
  readonly #roster: Roster;
  readonly #phrases: PhraseLog;
  #roomName: string;
  #settings: RoomSettings;
  #revision = 0;

  constructor(options: RoomOptions) {
    this.roomId = options.roomId;
    this.#roomName = options.roomName;
    this.#settings = options.settings;
    this.#phrases = new PhraseLog(options.phrases);
    this.standings = new Standings(
      options.standings ?? new Map(),
      options.keepStanding ?? (() => {}),
    );
    const happened = (change: RoomChange) => this.#happened(change);
    const roster = new Roster(happened);
    const settings = () => this.#settings;
    this.#roster = roster;
    this.host = new Host(roster, happened);
    this.muting = new Muting({ roster, settings, standings: this.standings });
    const { host, standings, talkTimes, muting } = this;
    this.stage = new Stage({ roster, host, standings, talkTimes, muting, settings });
    this.recorded = new RecordedPeople({ roster, settings, happened });
    const { recorded } = this;
    this.entry = new Entry({ roster, standings, recorded, settings, maxPeers: options.maxPeers });
  }

  get roomName(): string {
    return this.#roomName;
  }

  get settings(): RoomSettings {
    return this.#settings;
  }

  get revision(): number {
    return this.#revision;
  }

  get isEmpty(): boolean {
    return this.#roster.size === 0;
  }

  /** How many only listen. */
  get audience(): number {
    return this.#roster.count('audience');
  }

  get peerCount(): number {
    return this.#roster.size;
  }

  /**
   * @param hand of who takes over from another connection of theirs
   * @throws ProtocolError ROOM_FULL, CONSENT_REQUIRED, or WRONG_STATE when this peer is in already
   */
  join(
    newcomer: Newcomer,
    answer: ConsentAnswer | undefined,
    wallMs: number,
    hand: Hand | null = null,
  ): RoomEvent[] {
    const { peerId, displayName } = newcomer;
    const role = this.entry.roleOf(newcomer);
    if (this.#roster.has(peerId)) throw new ProtocolError('WRONG_STATE', 'already joined');
    this.entry.requirePlace(newcomer, answer);
    const answered = this.recorded.arrives({ peerId, displayName, role }, answer, wallMs);
    this.entry.entered(newcomer);
    const joined = this.#roster.add({
      ...{ peerId, displayName, role, microphone: 'none', hand, away: false, offered: false },
      recorded: this.recorded.isRecordedAs(role, peerId),
      mutes: this.standings.of(peerId).mutes,
      mayUnmute: this.muting.mayUnmute(role),
    });
    // Who held it may come in anew as somebody who does not moderate.
    const held = role === 'moderator' ? this.host.moderates(peerId) : this.host.deposed(peerId);
    return [joined, ...held, ...answered];
  }

  leave(peerId: PeerId): RoomEvent[] {
    this.muting.taken(peerId);
    return this.#roster.remove(peerId);
  }

  /** @throws ProtocolError WRONG_STATE outside the room */
  peer(peerId: PeerId): PeerInfo {
    return this.#roster.of(peerId);
  }

  /** Whom something is asked about. @throws ProtocolError NOT_FOUND */
  find(peerId: PeerId): PeerInfo {
    return this.#roster.find(peerId);
  }

  /** A moderator who is back takes a room that nobody holds. */
  setAway(peerId: PeerId, away: boolean): RoomEvent[] {
    const changed = this.#roster.change(peerId, { away });
    const isModerator = this.#roster.of(peerId).role === 'moderator';
    return [...changed, ...(isModerator && !away ? this.host.moderates(peerId) : [])];
  }

  /**
   * Null for a draft that became a phrase before: its author did not know.
   * @param keep puts the phrase where it is safe before it counts as said
   * @throws ProtocolError FORBIDDEN or RATE_LIMITED; what `keep` throws
   */
  say(
    peerId: PeerId,
    draft: PhraseDraft,
    now: { wallMs: number; monotonicMs: number },
    keep?: (phrase: Phrase) => void,
  ): Phrase | null {
    const peer = this.#roster.of(peerId);
    if (!mayWrite(peer.role, this.#settings)) {
      throw new ProtocolError('FORBIDDEN', 'this role sends no phrases here');
    }
    return this.#phrases.append(peer, draft, now, keep);
  }

  phrasesAfter(seq: number): Phrase[] {
    return [...this.#phrases.after(seq)];
  }

  /** What a change of settings would make of them. */
  settingsAfter({ roomName = this.#roomName, ...change }: SettingsChange): {
    roomName: string;
    settings: RoomSettings;
  } {
    const capacity = { ...this.#settings.capacity, ...change.capacity };
    return { roomName, settings: { ...this.#settings, ...change, capacity } };
  }

  changeSettings(change: SettingsChange): RoomEvent[] {
    const { roomName, settings } = this.settingsAfter(change);
    const isChanged =
      roomName !== this.#roomName || JSON.stringify(settings) !== JSON.stringify(this.#settings);
    if (!isChanged) return [];
    const before = this.#settings;
    this.#roomName = roomName;
    this.#settings = settings;
    const changed = this.#happened({ type: 'settingsChanged', roomName, settings });
    const unmuting = before.selfUnmute === settings.selfUnmute ? [] : this.muting.rulesChanged();
    const everyone = this.#roster.all.map(({ peerId }) => peerId);
    const writers = before.phrases === settings.phrases ? [] : everyone;
    return [changed, ...unmuting, ...this.recorded.rolesChanged(writers)];
  }

  listAudience(asked: AudienceAsked): AudiencePage {
    return audiencePage(this.#roster, asked);
  }

  /** Everybody in order of arrival, or those of them who are in `only`, without what is as usual. */
  brief(only?: ReadonlySet<PeerId>): SentSnapshot['peers'] {
    if (!only) return this.#roster.all.map(briefly);
    return [...only].flatMap((peerId) =>
      this.#roster.has(peerId) ? briefly(this.peer(peerId)) : [],
    );
  }

  /** What `peerId` needs to know on arrival, but for what is not a matter of rules. */
  snapshot(peerId: PeerId): Omit<SentSnapshot, keyof SnapshotRest> {
    return {
      revision: this.#revision,
      roomId: this.roomId,
      roomName: this.#roomName,
      settings: this.#settings,
      host: this.host.peerId,
      you: peerId,
      phrases: [...this.#phrases.recent],
      recording: this.recorded.running,
      consent: this.recorded.consentOf(peerId),
    };
  }

  #happened(change: RoomChange): RoomEvent {
    this.#revision += 1;
    return { ...change, revision: this.#revision };
  }
}
