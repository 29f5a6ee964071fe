import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { Manifest } from '#protocol';
import { manifestFiles } from '#server/recording/manifestFiles.ts';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import type { Log, ObjectStore } from '#server/session/ports.ts';
import {
  addTrack,
  HandClock,
  phraseOf,
  RECORDING,
  ROOM,
  sayAll,
  scratch,
  silentLog,
} from '#tests/recording/support/studio.ts';
import { sinePackets } from '#tests/recording/support/sound.ts';

/** A clock whose timers go off when a test says so. */
export class RetryClock extends HandClock {
  /** How long each timer that was set would have run, in ms. */
  readonly pauses: number[] = [];
  readonly #waiting = new Set<() => void>();

  override after(ms?: number, act: () => void = () => {}): () => void {
    this.pauses.push(ms ?? 0);
    this.#waiting.add(act);
    return () => this.#waiting.delete(act);
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Lets all timers go off. */
  ring(): void {
    const due = [...this.#waiting];
    this.#waiting.clear();
    for (const act of due) act();
  }
}

/** Remembers what was logged, as words. */
export class LogBook implements Log {
  readonly lines: string[] = [];
  readonly info = (_facts: unknown, message: string) => void this.lines.push(message);
  readonly warn = this.info;
  readonly error = this.info;

  count(words: string): number {
    return this.lines.filter((line) => line.includes(words)).length;
  }
}

export interface Shelf {
  readonly directory: string;
  readonly clock: RetryClock;
  readonly log: LogBook;
  readonly store: RecordingStore;
  readonly manifest: Manifest;
  /** Paths of all that is in the recording's folder. */
  local(): Promise<string[]>;
  /** Paths of those of its manifest's files that are there. */
  files(): Promise<string[]>;
  /** Ends this store and opens another on the same folder. */
  restart(objects: ObjectStore | null): Promise<Shelf>;
}

async function openShelf(directory: string, objects: ObjectStore | null): Promise<Shelf> {
  const clock = new RetryClock();
  const log = new LogBook();
  const store = await RecordingStore.open({ directory, clock, log, objects });
  onTestFinished(() => store.close());
  const found = await store.get(ROOM, RECORDING);
  const manifest = found?.manifest as Manifest;
  const local = async () => (await readdir(join(directory, RECORDING), { recursive: true })).sort();
  return {
    ...{ directory, clock, log, store, manifest, local },
    async files() {
      const paths = new Set(manifestFiles(manifest).map(({ path }) => path));
      return (await local()).filter((path) => paths.has(path));
    },
    async restart(again) {
      await store.close();
      return openShelf(directory, again);
    },
  };
}

/** Records once for all tests of a file; each shelf has a copy, and what it has of `objects`. */
export function recordedOnce(): (objects: ObjectStore | null) => Promise<Shelf> {
  let master = '';
  beforeAll(async () => {
    master = await mkdtemp(join(tmpdir(), 'cora-master-'));
    const clock = new HandClock();
    const store = await RecordingStore.open({ directory: master, clock, log: silentLog });
    const done = Promise.withResolvers<'ready' | 'failed'>();
    const recording = await store.recorder.start({
      ...{ recordingId: RECORDING, roomId: ROOM, roomName: 'Sala', startedBy: 'Ana' },
      events: { failed() {}, progress() {}, finalized: done.resolve },
    });
    sayAll(clock, addTrack(recording, 1), sinePackets({ frequency: 440, packets: 50 }));
    recording.phrase(phraseOf('hola'));
    await recording.stop('stopped');
    if ((await done.promise) === 'failed') throw new Error('nothing was recorded');
    await store.close();
  }, 60_000);
  afterAll(() => rm(master, { recursive: true, force: true }));

  return async (objects) => {
    const directory = await scratch();
    await cp(master, directory, { recursive: true });
    return openShelf(directory, objects);
  };
}

/** The keys that a recording's files have in a bucket, sorted. */
export function keysOf(manifest: Manifest): string[] {
  return manifestFiles(manifest)
    .map(({ path }) => `cora/${manifest.recordingId}/${path}`)
    .sort();
}
