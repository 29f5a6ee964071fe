import type { PeerId, Phrase, RoomId } from '#protocol';
import type { Standing } from '../domain/standings.ts';
import type { KeptRoom, KeptSpeech, RoomMemory, RoomStore } from '../session/ports.ts';
import type { RedisDirectory } from './redisDirectory.ts';
import { CLOSED, putOpen, putPhrase, putStanding, type Command } from './roomCommands.ts';

/** Open rooms in this server's store, with which another server goes on where this one ends. */
export class SharedRooms implements RoomStore {
  readonly #own: RoomStore;
  readonly #directory: RedisDirectory;

  constructor(own: RoomStore, directory: RedisDirectory) {
    this.#own = own;
    this.#directory = directory;
  }

  open(roomId: RoomId): { memory: RoomMemory; kept: KeptRoom } {
    this.#directory.requireAwake(roomId);
    const { memory, kept } = this.#own.open(roomId);
    const shared = new SharedMemory({ roomId, memory, kept, directory: this.#directory });
    return { memory: shared, kept };
  }

  standingOf(roomId: RoomId, peerId: PeerId): Standing {
    return this.#own.standingOf(roomId, peerId);
  }
}

/** One open room's place in both. */
class SharedMemory implements RoomMemory {
  readonly #roomId: RoomId;
  readonly #own: RoomMemory;
  readonly #directory: RedisDirectory;
  readonly #room;
  #speech: KeptSpeech | null;
  #isWritten: boolean;

  constructor(options: {
    roomId: RoomId;
    memory: RoomMemory;
    kept: KeptRoom;
    directory: RedisDirectory;
  }) {
    const { roomId, memory, kept, directory } = options;
    this.#roomId = roomId;
    this.#own = memory;
    this.#directory = directory;
    this.#room = directory.room(roomId);
    this.#speech = kept.speech;
    this.#isWritten = kept.phrases.length > 0 || kept.standings.size > 0 || kept.speech !== null;
    if (this.#room) this.#room.isOpen = true;
  }

  get logId(): string {
    return this.#own.logId;
  }

  keepPhrase(phrase: Phrase): void {
    this.#directory.requireAwake(this.#roomId);
    this.#own.keepPhrase(phrase);
    this.#write(...putPhrase(phrase));
  }

  keepSpeech(speech: KeptSpeech): void {
    this.#own.keepSpeech(speech);
    this.#speech = speech;
    this.#isWritten = false;
    this.#write();
  }

  keepStanding(peerId: PeerId, standing: Standing): void {
    this.#own.keepStanding(peerId, standing);
    this.#write(putStanding(peerId, standing));
  }

  forget(): void {
    this.#own.forget();
    this.#room?.write(...CLOSED);
    this.#end();
  }

  release(): void {
    this.#own.release();
    this.#end();
  }

  /** With the first thing that is kept of it the room is known to be open. */
  #write(...commands: Command[]): void {
    if (!this.#isWritten) commands.unshift(putOpen({ logId: this.logId, speech: this.#speech }));
    this.#isWritten = true;
    this.#room?.write(...commands);
  }

  #end(): void {
    if (!this.#room) return;
    this.#room.isOpen = false;
    this.#room.touch();
  }
}
