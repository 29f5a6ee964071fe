import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import {
  PhrasebookSchema,
  ProtocolError,
  RoomIdSchema,
  type Phrasebook,
  type RoomId,
} from '#protocol';
import * as v from 'valibot';
import type { Clock, Log, PhrasebookStore } from '../session/ports.ts';

/** Anybody may make rooms, so what they leave here is bounded: 128 MiB at the very most. */
const MAX_BOOKS = 2_000;
/** An invitation lasts 90 days: whoever has not asked by then has no way in any more. */
const FORGOTTEN_MS = 100 * 86_400_000;

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** One file a room, named after it, in a folder of their own. */
export class FolderPhrasebooks implements PhrasebookStore {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #maxBooks: number;

  constructor(options: { directory: string; clock: Clock; log: Log; maxBooks?: number }) {
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#maxBooks = options.maxBooks ?? MAX_BOOKS;
  }

  async get(roomId: RoomId): Promise<Phrasebook | null> {
    const path = this.#path(roomId);
    try {
      const { success, output } = v.safeParse(
        PhrasebookSchema,
        JSON.parse(await readFile(path, 'utf8')),
      );
      // Not with what is wrong with it: that has people's words in it.
      if (!success) throw new Error('not a phrasebook');
      // Its time says when it was last asked for. Where that cannot be noted it is good all the same.
      const now = this.#clock.wallMs() / 1_000;
      await utimes(path, now, now).catch(() => {});
      return output;
    } catch (error) {
      // A room is of use without its phrases.
      if (!isMissing(error)) this.#log.error({ roomId, err: error }, 'phrasebook unreadable');
      return null;
    }
  }

  async put(roomId: RoomId, phrasebook: Phrasebook | null): Promise<void> {
    const path = this.#path(roomId);
    try {
      if (phrasebook === null) return await rm(path, { force: true });
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await this.#makeRoom(path);
      await this.#write(path, phrasebook);
    } catch (cause) {
      if (cause instanceof ProtocolError) throw cause;
      const refusal = new ProtocolError('STORAGE_FAILED', 'the phrasebook cannot be written');
      refusal.cause = cause;
      throw refusal;
    }
  }

  /** Whole or not at all. */
  async #write(path: string, phrasebook: Phrasebook): Promise<void> {
    const draft = `${path}.${randomUUID()}.part`;
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(`${JSON.stringify(phrasebook)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    const now = this.#clock.wallMs() / 1_000;
    await utimes(path, now, now);
  }

  /** @throws ProtocolError STORAGE_FAILED when the folder is full of what is still in use */
  async #makeRoom(path: string): Promise<void> {
    const names = await readdir(this.#directory);
    if (
      names.length < this.#maxBooks ||
      names.some((name) => join(this.#directory, name) === path)
    ) {
      return;
    }
    const forgotten = this.#clock.wallMs() - FORGOTTEN_MS;
    let left = names.length;
    for (const name of names) {
      const old = join(this.#directory, name);
      const { mtimeMs } = await stat(old).catch(() => ({ mtimeMs: Infinity }));
      if (mtimeMs >= forgotten) continue;
      await rm(old, { force: true });
      left -= 1;
    }
    if (left >= this.#maxBooks) {
      throw new ProtocolError('STORAGE_FAILED', 'too many rooms have phrasebooks');
    }
  }

  #path(roomId: RoomId): string {
    return join(this.#directory, `${v.parse(RoomIdSchema, roomId)}.json`);
  }
}
