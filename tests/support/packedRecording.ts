import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { Manifest } from '#protocol';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import type { ActiveRecording } from '#server/session/ports.ts';
import { noisePackets } from '../recording/support/sound.ts';
import {
  HandClock,
  RECORDING,
  ROOM,
  addTrack,
  peerId,
  phraseOf,
  say,
  silentLog,
} from '../recording/support/studio.ts';

const run = promisify(execFile);
const PACKETS_PER_SECOND = 50;
const PAUSE_MS = 65_000;

export interface PackedRecording {
  readonly manifest: Manifest;
  /** Where its ZIP was unpacked; its name has what names of folders have. */
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * What is recorded: everyone talks in bursts of their own from the first second to the last, when it
 * is interrupted.
 */
export interface Script {
  readonly roomName: string;
  readonly seconds: number;
  readonly speakers: readonly string[];
  /** By the second in which they are said. */
  readonly phrases: Readonly<Record<number, string>>;
  readonly markers: Readonly<Record<number, string>>;
  readonly pauseAtSecond: number;
}

/** Records by a script, finalises it and unpacks its ZIP with another program, as a person does. */
export async function packedRecording(script: Script): Promise<PackedRecording> {
  const home = await mkdtemp(path.join(tmpdir(), 'cora-packed-'));
  const directory = path.join(home, 'recordings');
  const folder = path.join(home, 'Mis grabaciones #1 ñ 100%');
  await mkdir(directory);
  await mkdir(folder);
  const clock = new HandClock();
  const store = await RecordingStore.open({ log: silentLog, clock, directory });
  try {
    const outcome = Promise.withResolvers<string>();
    const recording = await store.recorder.start({
      recordingId: RECORDING,
      roomId: ROOM,
      roomName: script.roomName,
      startedBy: script.speakers[0] ?? '',
      events: { failed() {}, progress() {}, finalized: outcome.resolve },
    });
    perform(script, recording, clock);
    recording.asked(peerId(9));
    await recording.stop('interrupted');
    await outcome.promise;
    const manifest = (await store.get(ROOM, RECORDING))?.manifest;
    if (!manifest) throw new Error('no manifest');
    const zip = path.join(home, 'all.zip');
    await pipeline(await store.openArchive(manifest), createWriteStream(zip));
    await run('python3', ['-m', 'zipfile', '-e', zip, folder]);
    return { manifest, folder, remove: () => rm(home, { recursive: true, force: true }) };
  } finally {
    await store.close();
  }
}

function perform(script: Script, recording: ActiveRecording, clock: HandClock): void {
  const { seconds, speakers, phrases, markers, pauseAtSecond } = script;
  const packets = speakers.map((_, seed) =>
    noisePackets({ seed, packets: seconds * PACKETS_PER_SECOND, bursts: true }),
  );
  const enter = () => speakers.map((name, index) => addTrack(recording, index + 1, name));
  let tracks = enter();
  for (let second = 0; second < seconds; second++) {
    const [text, label] = [phrases[second], markers[second]];
    if (second === pauseAtSecond) {
      for (const track of tracks) track.end();
      recording.pause();
      clock.nowMs += PAUSE_MS;
      recording.resume();
      tracks = enter();
    }
    if (text !== undefined) recording.phrase(phraseOf(text, second + 1));
    if (label !== undefined) recording.marker(label);
    for (let packet = 0; packet < PACKETS_PER_SECOND; packet++) {
      const index = second * PACKETS_PER_SECOND + packet;
      for (const [voice, track] of tracks.entries()) {
        say(track, index, packets[voice]?.[index] as Uint8Array);
      }
      clock.nowMs += 1_000 / PACKETS_PER_SECOND;
    }
  }
}
