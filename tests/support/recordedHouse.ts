import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import type { Manifest, PeerId, RecordingId } from '#protocol';
import { RECORD, type JournalRecord } from '#server/recording/journalFormat.ts';
import { decodeJson, StreamStartSchema } from '#server/recording/journalPayloads.ts';
import { readJournal } from '#server/recording/journalReader.ts';
import { RecordingStore, type RecordingStoreOptions } from '#server/recording/recordingStore.ts';
import { realClock } from './clock.ts';
import { DecodedSound } from './decode.ts';
import { MediaHouse } from './mediaRoom.ts';
import type { NodePeer } from './nodePeer.ts';

// Finalising runs below normal priority: on a busy machine it waits for everything else.
const READY_MS = 90_000;
const CAPTURE_MS = 30_000;
vi.setConfig({ testTimeout: 120_000 });

/** One Producer's stream in a journal. */
export interface JournalStream {
  readonly streamId: number;
  readonly peerId: PeerId;
  packets: number;
  /** Of the last packet. */
  lastMs: number;
}

/** A folder of its own that goes when the test ends. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cora-house-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A media house whose room is really recorded, into a folder that goes when the test ends. */
export class RecordedHouse {
  readonly house: MediaHouse;
  readonly store: RecordingStore;
  readonly directory: string;

  static async open(options: Partial<RecordingStoreOptions> = {}): Promise<RecordedHouse> {
    const directory = options.directory ?? (await scratch());
    const store = await RecordingStore.open({
      clock: realClock,
      log: { info() {}, warn() {}, error() {} },
      ...options,
      directory,
    });
    onTestFinished(() => store.close());
    const house = await MediaHouse.open(store.recorder);
    onTestFinished(() => house.close());
    return new RecordedHouse(house, store, directory);
  }

  private constructor(house: MediaHouse, store: RecordingStore, directory: string) {
    this.house = house;
    this.store = store;
    this.directory = directory;
  }

  /** What a running recording has written so far; payloads are copies. */
  journal(recordingId: RecordingId): JournalRecord[] {
    const folder = path.join(this.directory, recordingId);
    return Array.from(readJournal(folder), (record) => ({
      ...record,
      payload: Buffer.from(record.payload),
    }));
  }

  streams(recordingId: RecordingId): JournalStream[] {
    const streams = new Map<number, JournalStream>();
    for (const { type, streamId, arrivalMs, payload } of this.journal(recordingId)) {
      const start = type === RECORD.streamStart ? decodeJson(StreamStartSchema, payload) : null;
      if (start) {
        const { peerId } = start;
        streams.set(streamId, { streamId, peerId, packets: 0, lastMs: arrivalMs });
      }
      const stream = streams.get(streamId);
      if (type !== RECORD.rtp || !stream) continue;
      stream.packets += 1;
      stream.lastMs = arrivalMs;
    }
    return [...streams.values()];
  }

  /**
   * Waits until the journal has that much more of each of these people than now. Time and not
   * packets: of a tone that never changes there are few, by discontinuous transmission.
   */
  async captures(recordingId: RecordingId, peers: readonly NodePeer[], seconds: number) {
    const lastMs = ({ peerId }: NodePeer) =>
      this.streams(recordingId)
        .filter((stream) => stream.peerId === peerId && stream.packets > 0)
        .reduce((last, stream) => Math.max(last, stream.lastMs), 0);
    const untilMs = (this.journal(recordingId).at(-1)?.arrivalMs ?? 0) + seconds * 1_000;
    const enough = () => peers.every((peer) => lastMs(peer) >= untilMs);
    await expect.poll(enough, { timeout: CAPTURE_MS }).toBe(true);
  }

  /** Waits until `moderator` is told that the recording can be played. */
  async ready(moderator: NodePeer, recordingId: RecordingId): Promise<Manifest> {
    const isReady = () =>
      moderator.told('recordingReady').some((told) => told.recordingId === recordingId);
    await moderator.until(isReady, READY_MS);
    const found = await this.store.get(this.house.roomId, recordingId);
    if (!found?.manifest) throw new Error('ready without a manifest');
    return found.manifest;
  }

  /** The sound of one person in a recording that is ready. */
  soundOf({ recordingId, speakers }: Manifest, peerId: PeerId): Promise<DecodedSound> {
    const speaker = speakers.find((one) => one.peerId === peerId);
    if (!speaker) throw new Error('was not recorded');
    return DecodedSound.of(path.join(this.directory, recordingId, speaker.file.path));
  }
}
