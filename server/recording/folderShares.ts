import { join } from 'node:path';
import {
  MAX_SHARES,
  ProtocolError,
  RecordingIdSchema,
  ShareIdSchema,
  SharePermissionSchema,
  type CreateShare,
  type RecordingId,
  type ShareId,
} from '#protocol';
import * as v from 'valibot';
import type { Clock, ShareBook, StoredShare } from '../session/ports.ts';
import { readJson, writeJson } from './jsonFile.ts';
import { KeyedQueue } from './keyedQueue.ts';

const SHARES = 'shares.json';
const DAY_MS = 86_400_000;

const SharesSchema = v.object({
  version: v.literal(1),
  shares: v.array(
    v.object({
      shareId: ShareIdSchema,
      permission: SharePermissionSchema,
      createdAt: v.number(),
      expiresAt: v.number(),
    }),
  ),
});

/** Keeps the shares of a recording in its folder, so that they go with it. */
export class FolderShares implements ShareBook {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #makeShareId: () => ShareId;
  readonly #writes = new KeyedQueue<RecordingId>();

  constructor(options: { directory: string; clock: Clock; makeShareId: () => ShareId }) {
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#makeShareId = options.makeShareId;
  }

  add(recordingId: RecordingId, { permission, days }: CreateShare): Promise<StoredShare> {
    return this.#writes.run(recordingId, async () => {
      const shares = await this.list(recordingId);
      if (shares.length >= MAX_SHARES) {
        throw new ProtocolError('LIMIT_REACHED', 'the recording has too many shares');
      }
      // Whole seconds, as the times in tokens are.
      const createdAt = Math.floor(this.#clock.wallMs() / 1_000) * 1_000;
      const share: StoredShare = {
        shareId: this.#makeShareId(),
        permission,
        createdAt,
        expiresAt: createdAt + days * DAY_MS,
      };
      await this.#write(recordingId, [...shares, share]);
      return share;
    });
  }

  async list(recordingId: RecordingId): Promise<StoredShare[]> {
    const kept = await readJson(this.#path(recordingId), SharesSchema);
    const now = this.#clock.wallMs();
    return kept?.shares.filter(({ expiresAt }) => expiresAt > now) ?? [];
  }

  async find(recordingId: RecordingId, shareId: ShareId): Promise<StoredShare | null> {
    const shares = await this.list(recordingId);
    return shares.find((share) => share.shareId === shareId) ?? null;
  }

  revoke(recordingId: RecordingId, shareId: ShareId): Promise<boolean> {
    return this.#writes.run(recordingId, async () => {
      const shares = await this.list(recordingId);
      const others = shares.filter((share) => share.shareId !== shareId);
      if (others.length === shares.length) return false;
      await this.#write(recordingId, others);
      return true;
    });
  }

  async #write(recordingId: RecordingId, shares: readonly StoredShare[]): Promise<void> {
    try {
      await writeJson(this.#path(recordingId), { version: 1, shares });
    } catch (cause) {
      const refusal = new ProtocolError('STORAGE_FAILED', 'the shares cannot be written');
      refusal.cause = cause;
      throw refusal;
    }
  }

  #path(recordingId: RecordingId): string {
    return join(this.#directory, v.parse(RecordingIdSchema, recordingId), SHARES);
  }
}
