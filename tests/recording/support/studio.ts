import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { Manifest, PeerId, Phrase, ProducerId, RecordingId, RoomId } from '#protocol';
import { RecordingStore, type RecordingStoreOptions } from '#server/recording/recordingStore.ts';
import type { ActiveRecording, Clock, Log, RecordedTrack } from '#server/session/ports.ts';
import { rtpPacket } from './rtp.ts';
import { FRAME_MS, FRAME_SAMPLES } from './sound.ts';

// Finalising runs below normal priority: on a busy machine it waits for everything else.
vi.setConfig({ testTimeout: 90_000 });

export const ROOM = 'room-0001' as RoomId;
export const RECORDING = 'recording-0001' as RecordingId;

export const silentLog: Log = { info() {}, warn() {}, error() {} };

/** A clock that stands until it is moved. The wall clock can be moved on its own. */
export class HandClock implements Clock {
  nowMs = 5_000_000;
  wallOffsetMs = 1_760_000_000_000;

  wallMs(): number {
    return this.nowMs + this.wallOffsetMs;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  after(): () => void {
    return () => {};
  }
}

/** A folder of its own that goes when the test ends. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cora-recording-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Studio {
  readonly directory: string;
  readonly clock: HandClock;
  readonly store: RecordingStore;
  readonly recording: ActiveRecording;
  /** How many times the recording said that it failed. */
  readonly failures: () => number;
  /** What it told of how far it was. */
  readonly progress: readonly number[];
  readonly finalized: Promise<'ready' | 'failed'>;
}

/** A store in a scratch folder with one recording running, on a clock moved by hand. */
export async function openStudio(
  options: Partial<RecordingStoreOptions> & { clock?: HandClock } = {},
  roomName = 'Sala',
): Promise<Studio> {
  const clock = options.clock ?? new HandClock();
  const directory = options.directory ?? (await scratch());
  const store = await RecordingStore.open({ log: silentLog, ...options, clock, directory });
  onTestFinished(() => store.close());
  const outcome = Promise.withResolvers<'ready' | 'failed'>();
  let failures = 0;
  const progress: number[] = [];
  const recording = await store.recorder.start({
    recordingId: RECORDING,
    roomId: ROOM,
    roomName,
    startedBy: 'Ana',
    events: {
      failed: () => failures++,
      progress: (fraction) => progress.push(fraction),
      finalized: outcome.resolve,
    },
  });
  return {
    directory,
    clock,
    store,
    recording,
    failures: () => failures,
    progress,
    finalized: outcome.promise,
  };
}

/** Where a file of the studio's recording lies. */
export const pathOf = ({ directory }: Pick<Studio, 'directory'>, path: string): string =>
  join(directory, RECORDING, path);

/** Stops the recording and waits for its manifest. */
export async function finish({ recording, store, finalized }: Studio): Promise<Manifest> {
  await recording.stop('stopped');
  const outcome = await finalized;
  const manifest = (await store.get(ROOM, RECORDING))?.manifest;
  if (outcome !== 'ready' || !manifest) throw new Error(`no manifest: ${outcome}`);
  return manifest;
}

export const peerId = (number: number) => `peer-000${number}` as PeerId;

let producers = 0;
export function addTrack(recording: ActiveRecording, number: number, name?: string): RecordedTrack {
  const serial = String(++producers).padStart(12, '0');
  return recording.addTrack({
    peerId: peerId(number),
    displayName: name ?? `Persona ${number}`,
    producerId: `00000000-0000-4000-8000-${serial}` as ProducerId,
  });
}

/** Sends one packet to the track: the `index`th of its stream, 20 ms each. */
export function say(
  track: RecordedTrack,
  index: number,
  payload: Uint8Array,
  from: { sequence?: number; timestamp?: number } = {},
): void {
  const sequence = (from.sequence ?? 0) + index;
  const timestamp = (from.timestamp ?? 0) + index * FRAME_SAMPLES;
  track.rtp(rtpPacket({ sequence, timestamp, payload }));
}

/** Lets all these packets arrive, 20 ms after one another on the studio's clock. */
export function sayAll(
  clock: HandClock,
  track: RecordedTrack,
  packets: readonly Uint8Array[],
  from: { sequence?: number; timestamp?: number } = {},
): void {
  for (const [index, payload] of packets.entries()) {
    say(track, index, payload, from);
    clock.nowMs += FRAME_MS;
  }
}

export function phraseOf(text: string, seq = 1, author = 1): Phrase {
  return {
    seq,
    at: 1_760_000_000_000,
    authorId: peerId(author),
    authorName: `Persona ${author}`,
    text,
    language: 'es',
    draftId: `draft-${seq}` as Phrase['draftId'],
  };
}
