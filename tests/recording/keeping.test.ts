import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProtocolError, type RecordingId, type RoomId, type ShareId } from '#protocol';
import { FolderShares } from '#server/recording/folderShares.ts';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import { Retention } from '#server/recording/retention.ts';
import type { RecordingNewsItem } from '#server/session/ports.ts';
import { FakeClock, FakeLog, settled } from '#tests/support/fakes.ts';
import { refusalFrom } from '#tests/support/refusals.ts';
import {
  addTrack,
  finish,
  HandClock,
  openStudio,
  RECORDING,
  ROOM,
  sayAll,
  silentLog,
  type Studio,
} from './support/studio.ts';
import { sinePackets } from './support/sound.ts';

const OTHER_ROOM = 'room-0002' as RoomId;
const SECOND = sinePackets({ frequency: 440, packets: 50 });
const DAY_MS = 86_400_000;
const BY_ANA = { by: 'moderator', name: 'Ana' } as const;

async function recorded(options: Parameters<typeof openStudio>[0] = {}): Promise<Studio> {
  const studio = await openStudio(options);
  sayAll(studio.clock, addTrack(studio.recording, 1), SECOND);
  await finish(studio);
  return studio;
}

const folderOf = ({ directory }: Studio) => join(directory, RECORDING);

async function reopen({ directory }: Studio): Promise<RecordingStore> {
  const store = await RecordingStore.open({ directory, clock: new HandClock(), log: silentLog });
  onTestFinished(() => store.close());
  return store;
}

describe('deleting a recording', () => {
  it('[KP1] leaves a tombstone that says who and when, and nothing of what was said', async () => {
    const studio = await recorded();
    const shares = sharesIn(studio);
    await shares.add(RECORDING, { permission: 'play', days: 1 });
    expect(await studio.store.delete(ROOM, RECORDING, BY_ANA)).toBe(true);
    expect(await readdir(folderOf(studio))).toEqual(['tombstone.json']);
    const text = await readFile(join(folderOf(studio), 'tombstone.json'), 'utf8');
    expect(JSON.parse(text)).toEqual({
      version: 1,
      recordingId: RECORDING,
      roomId: ROOM,
      deletedAt: studio.clock.wallMs(),
      by: 'moderator',
      name: 'Ana',
    });
    expect(await studio.store.get(ROOM, RECORDING)).toBeNull();
    expect(await shares.list(RECORDING)).toEqual([]);
    expect(await (await reopen(studio)).list(ROOM)).toEqual([]);
  });

  it('[KP2] is done once, and only in its own room', async () => {
    const studio = await recorded();
    expect(await studio.store.delete(OTHER_ROOM, RECORDING, BY_ANA)).toBe(false);
    expect(await studio.store.get(ROOM, RECORDING)).not.toBeNull();
    const twice = [1, 2].map(() => studio.store.delete(ROOM, RECORDING, BY_ANA));
    expect((await Promise.all(twice)).toSorted()).toEqual([false, true]);
  });

  it('[KP3] is refused while it runs or is being made ready', async () => {
    const studio = await openStudio();
    const refusal = () => refusalFrom(studio.store.delete(ROOM, RECORDING, BY_ANA));
    expect(await refusal()).toBe('RECORDING_STATE');
    await studio.recording.stop('stopped');
    expect(await refusal()).toBe('RECORDING_STATE');
    await studio.finalized;
    expect(await refusal()).toBe('allowed');
  });

  it('[KP4] cut short by a crash is finished at the next start', async () => {
    const studio = await recorded();
    const tombstone = { version: 1, recordingId: RECORDING, roomId: ROOM, deletedAt: 1 };
    await writeFile(
      join(folderOf(studio), 'tombstone.json'),
      JSON.stringify({ ...tombstone, by: 'retention' }),
    );
    const store = await reopen(studio);
    expect(await store.list(ROOM)).toEqual([]);
    expect(await readdir(folderOf(studio))).toEqual(['tombstone.json']);
  });

  it('[KP5] that fails says so, and leaves the recording as it was', async () => {
    const studio = await recorded();
    // Where the tombstone would be renamed to there is a folder, which no file replaces.
    await mkdir(join(folderOf(studio), 'tombstone.json', 'in the way'), { recursive: true });
    expect(await refusalFrom(studio.store.delete(ROOM, RECORDING, BY_ANA))).toBe('STORAGE_FAILED');
    expect((await studio.store.get(ROOM, RECORDING))?.manifest).not.toBeNull();
    expect(existsSync(join(folderOf(studio), 'mix.mp3'))).toBe(true);
  });
});

describe('keeping recordings for a number of days', () => {
  it('[KP6] deletes what ended before, and nothing that ended since', async () => {
    const studio = await recorded();
    const endedMs = studio.clock.wallMs();
    expect(await studio.store.sweep(endedMs - 100)).toBe(0);
    expect(await studio.store.list(ROOM)).toHaveLength(1);
    expect(await studio.store.sweep(endedMs + 100)).toBe(1);
    expect(await studio.store.list(ROOM)).toEqual([]);
    const text = await readFile(join(folderOf(studio), 'tombstone.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ by: 'retention' });
  });

  it('[KP14] counts the pauses of a recording', async () => {
    const studio = await openStudio();
    sayAll(studio.clock, addTrack(studio.recording, 1), SECOND);
    studio.recording.pause();
    studio.clock.nowMs += 3 * DAY_MS;
    studio.recording.resume();
    sayAll(studio.clock, addTrack(studio.recording, 1), SECOND, { timestamp: 1e6 });
    await finish(studio);
    const endedMs = studio.clock.wallMs();
    for (const store of [studio.store, await reopen(studio)]) {
      expect(await store.sweep(endedMs - DAY_MS)).toBe(0);
    }
    expect(await studio.store.sweep(endedMs + 100)).toBe(1);
  });

  it('[KP15] deletes by its date what was a recording and can be read no more', async () => {
    const studio = await recorded();
    await writeFile(join(folderOf(studio), 'manifest.json'), '{"version":1');
    const strange = join(studio.directory, 'not-a-recording');
    await mkdir(strange);
    await writeFile(join(strange, 'letter.txt'), 'x');
    const store = await reopen(studio);
    expect(await store.list(ROOM)).toEqual([]);
    const past = new Date(Date.now() - 2 * DAY_MS);
    for (const name of await readdir(folderOf(studio))) {
      await utimes(join(folderOf(studio), name), past, past);
    }
    await utimes(folderOf(studio), past, past);
    expect(await store.sweep(past.getTime() - DAY_MS)).toBe(0);
    expect(existsSync(join(folderOf(studio), 'mix.mp3'))).toBe(true);
    expect(await store.sweep(past.getTime() + DAY_MS)).toBe(1);
    expect(await readdir(folderOf(studio))).toEqual([]);
    expect(await readdir(strange)).toEqual(['letter.txt']);
  });

  it('[KP7] leaves alone what still runs', async () => {
    const studio = await openStudio();
    expect(await studio.store.sweep(Infinity)).toBe(0);
    expect(await studio.store.list(ROOM)).toHaveLength(1);
  });

  const clockwork = (days: number, sweep: (endedBefore: number) => Promise<number>) => {
    const [clock, log] = [new FakeClock(), new FakeLog()];
    return { clock, log, retention: new Retention({ clock, log, days, sweep }) };
  };

  it('[KP8] looks at the start and once a day, until the server stops', async () => {
    const sweeps: number[] = [];
    const { clock, retention } = clockwork(30, async (endedBefore) => sweeps.push(endedBefore));
    const startMs = clock.wallMs();
    await retention.start();
    clock.advance(DAY_MS - 1);
    expect(sweeps).toEqual([startMs - 30 * DAY_MS]);
    clock.advance(1);
    expect(sweeps).toEqual([startMs - 30 * DAY_MS, startMs - 29 * DAY_MS]);
    retention.stop();
    clock.advance(3 * DAY_MS);
    expect(sweeps).toHaveLength(2);
  });

  it('[KP9] goes on after a sweep that failed, and with 0 days keeps everything', async () => {
    let calls = 0;
    const failing = clockwork(1, async () => {
      calls += 1;
      throw new Error('EIO');
    });
    await failing.retention.start();
    failing.clock.advance(DAY_MS);
    await settled();
    expect(calls).toBe(2);
    expect(failing.log.of('error')).toHaveLength(2);
    const studio = await recorded();
    const keeping = clockwork(0, (endedBefore) => studio.store.sweep(endedBefore));
    await keeping.retention.start();
    expect(await studio.store.list(ROOM)).toHaveLength(1);
  });
});

describe('the shares of a recording', () => {
  it('[KP10] outlive the server, and lie with it', async () => {
    const studio = await recorded();
    const share = await sharesIn(studio).add(RECORDING, { permission: 'download', days: 2 });
    expect(await sharesIn(studio).find(RECORDING, share.shareId)).toEqual(share);
    expect(await sharesIn(studio).find('recording-0002' as RecordingId, share.shareId)).toBeNull();
  });

  it('[KP11] are all kept, however many are made at once, and revoked one by one', async () => {
    const studio = await recorded();
    const shares = sharesIn(studio);
    const made = await Promise.all(
      Array.from({ length: 8 }, () => shares.add(RECORDING, { permission: 'play', days: 1 })),
    );
    expect(await shares.list(RECORDING)).toEqual(made);
    expect(await shares.revoke(RECORDING, made[3]!.shareId)).toBe(true);
    expect(await shares.revoke(RECORDING, made[3]!.shareId)).toBe(false);
    expect(await shares.list(RECORDING)).toHaveLength(7);
  });

  it('[KP12] that cannot be written are refused with STORAGE_FAILED', async () => {
    const studio = await recorded();
    const nowhere = sharesIn({ ...studio, directory: join(studio.directory, 'gone') });
    const adding = nowhere.add(RECORDING, { permission: 'play', days: 1 });
    await expect(adding).rejects.toBeInstanceOf(ProtocolError);
    expect(await refusalFrom(adding)).toBe('STORAGE_FAILED');
  });
});

describe('news of recordings', () => {
  it('[KP13] tell that one started, stopped and is ready, in that order', async () => {
    const items: RecordingNewsItem[] = [];
    await recorded({ news: (item) => items.push(item) });
    const about = { recordingId: RECORDING, roomId: ROOM };
    expect(items).toEqual([
      { event: 'recording.started', ...about, startedBy: 'Ana' },
      { event: 'recording.stopped', ...about, reason: 'stopped' },
      { event: 'recording.ready', ...about },
    ]);
  });
});

let made = 0;
function sharesIn({ directory, clock }: Pick<Studio, 'directory' | 'clock'>): FolderShares {
  const makeShareId = () => `share-${String((made += 1)).padStart(6, '0')}` as ShareId;
  return new FolderShares({ directory, clock, makeShareId });
}
