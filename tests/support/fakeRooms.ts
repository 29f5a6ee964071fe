import { ProtocolError, type PeerId, type Phrase, type RoomId } from '#protocol';
import { Bans, type Ban } from '#server/domain/bans.ts';
import { makeLogId } from '#server/ids.ts';
import { NO_STANDING, type Standing } from '#server/domain/standings.ts';
import type {
  BanBook,
  KeptRoom,
  KeptSpeech,
  RoomMemory,
  RoomStore,
} from '#server/session/ports.ts';

interface Kept {
  logId: string;
  phrases: Phrase[];
  speech: KeptSpeech | null;
  standings: Map<PeerId, Standing>;
}

/** Keeps rooms in memory. Told to fail, it keeps no phrase. */
export class FakeRooms implements RoomStore {
  readonly kept: Map<RoomId, Kept>;
  fails = false;

  constructor(kept = new Map<RoomId, Kept>()) {
    this.kept = kept;
  }

  /** What a server finds that starts now, whatever became of this one. */
  afterRestart(): FakeRooms {
    return new FakeRooms(structuredClone(this.kept));
  }

  standingOf(roomId: RoomId, peerId: PeerId): Standing {
    return this.kept.get(roomId)?.standings.get(peerId) ?? NO_STANDING;
  }

  open(roomId: RoomId): { memory: RoomMemory; kept: KeptRoom } {
    const found = this.kept.get(roomId) ?? emptyRoom();
    const { speech } = found;
    const kept = { speech, phrases: [...found.phrases], standings: new Map(found.standings) };
    const memory: RoomMemory = {
      logId: found.logId,
      keepPhrase: (phrase) => {
        if (this.fails) throw new ProtocolError('STORAGE_FAILED', 'the phrase cannot be kept');
        found.phrases.push(phrase);
        this.kept.set(roomId, found);
      },
      keepSpeech: (speech) => {
        found.speech = speech;
        this.kept.set(roomId, found);
      },
      keepStanding: (peerId, standing) => {
        found.standings.set(peerId, standing);
        this.kept.set(roomId, found);
      },
      forget: () => this.kept.delete(roomId),
      release: () => {},
    };
    return { memory, kept };
  }
}

const emptyRoom = (): Kept => ({
  logId: makeLogId(),
  phrases: [],
  speech: null,
  standings: new Map(),
});

/** Bans as long as the test runs. */
export class FakeBans implements BanBook {
  readonly #bans = new Bans();

  ban(ban: Ban): void {
    this.#bans.add(ban);
    this.#bans.trim(ban.roomId, ban.atMs);
  }

  banOf(roomId: RoomId, peerId: PeerId, wallMs: number): Ban | null {
    return this.#bans.of(roomId, peerId, wallMs);
  }

  banned(roomId: RoomId, wallMs: number): Ban[] {
    return this.#bans.moderators(roomId, wallMs);
  }

  lift(roomId: RoomId, peerId: PeerId): void {
    this.#bans.lift(roomId, peerId);
  }
}
