import type { PeerId, RoomId } from '#protocol';
import type { Ban } from '../domain/bans.ts';
import type { BanBook } from '../session/ports.ts';
import type { RedisDirectory } from './redisDirectory.ts';
import { putBan, removeBan } from './roomCommands.ts';

/** This server's bans, which hold where a room goes next, too. */
export class SharedBans implements BanBook {
  readonly #own: BanBook;
  readonly #directory: RedisDirectory;

  constructor(own: BanBook, directory: RedisDirectory) {
    this.#own = own;
    this.#directory = directory;
  }

  ban(ban: Ban): void {
    this.#own.ban(ban);
    const stands = this.#own.banOf(ban.roomId, ban.peerId, ban.atMs);
    if (stands) this.#directory.room(ban.roomId)?.write(putBan(stands));
  }

  banOf(roomId: RoomId, peerId: PeerId, wallMs: number): Ban | null {
    return this.#own.banOf(roomId, peerId, wallMs);
  }

  banned(roomId: RoomId, wallMs: number): Ban[] {
    return this.#own.banned(roomId, wallMs);
  }

  lift(roomId: RoomId, peerId: PeerId): void {
    this.#own.lift(roomId, peerId);
    this.#directory.room(roomId)?.write(removeBan(peerId));
  }
}
