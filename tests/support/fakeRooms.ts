import type { PeerId, RoomId } from '#protocol';
import { Bans, type Ban } from '#server/domain/bans.ts';
import type { BanBook } from '#server/session/ports.ts';

/** Bans as long as the test runs. */
export class FakeBans implements BanBook {
  readonly #bans = new Bans();

  ban(ban: Ban): void {
    this.#bans.add(ban);
  }

  banOf(roomId: RoomId, peerId: PeerId, wallMs: number): Ban | null {
    return this.#bans.of(roomId, peerId, wallMs);
  }
}
