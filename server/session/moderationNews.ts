import type { Moderation, ModerationChange } from '#protocol';
import type { Room } from '../domain/room.ts';
import type { Attendance } from './attendance.ts';
import type { Lobby } from './lobby.ts';
import type { PeerSession } from './peerSession.ts';
import type { BanBook, Clock } from './ports.ts';

/** Who waits is told together, and the more there are the less often: the list goes out whole. */
const LOBBY_MS = 250;
const LOBBY_MS_PER_GUEST = 4;
/** Who talks changes all the time. */
const TALK_MS = 2_000;

interface Options {
  readonly room: Room;
  readonly people: Attendance;
  readonly bans: BanBook;
  readonly clock: Clock;
  readonly lobby: () => Lobby;
}

/** What moderators are told beside what everybody is: who waits, who may not come in, who talked how long. */
export class ModerationNews {
  readonly #options: Options;
  #cancelLobby: (() => void) | null = null;
  #cancelTalk: (() => void) | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  get all(): Moderation {
    const { room, lobby } = this.#options;
    return { waiting: lobby().guests, bans: this.#bans(), talkTimes: room.talkTimes.all };
  }

  /** Somebody moderates from now on, and knows nothing of it yet. */
  tell({ channel }: PeerSession): void {
    channel.notify('moderationChanged', { change: this.all });
  }

  lobbyChanged(): void {
    const inMs = LOBBY_MS + this.#options.lobby().size * LOBBY_MS_PER_GUEST;
    this.#cancelLobby ??= this.#options.clock.after(inMs, () => {
      this.#cancelLobby = null;
      this.#tellAll({ waiting: this.#options.lobby().guests });
    });
  }

  bansChanged(): void {
    this.#tellAll({ bans: this.#bans() });
  }

  /** Somebody talked. */
  talked(): void {
    this.#cancelTalk ??= this.#options.clock.after(TALK_MS, () => {
      this.#cancelTalk = null;
      const talkTimes = this.#options.room.talkTimes.takeNews();
      if (talkTimes.length > 0) this.#tellAll({ talkTimes });
    });
  }

  /** Idempotent. */
  close(): void {
    this.#cancelLobby?.();
    this.#cancelTalk?.();
  }

  #bans() {
    const { bans, room, clock } = this.#options;
    return bans
      .banned(room.roomId, clock.wallMs())
      .map(({ peerId, displayName, atMs }) => ({ peerId, displayName, at: Math.round(atMs) }));
  }

  #tellAll(change: ModerationChange): void {
    this.#options.people.tell('moderationChanged', { change }, 'moderate');
  }
}
