import { crc32 } from 'node:zlib';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  ManifestSchema,
  type Manifest,
  type PeerId,
  type RecordingFile,
  type StopReason,
} from '#protocol';
import * as v from 'valibot';
import { SAMPLES_PER_MS, StreamTimeline } from '../domain/timeline.ts';
import { placeOf } from '../domain/timelinePieces.ts';
import { feed, type AudioPacket } from './audioPacket.ts';
import { captionsOf, toWebVtt } from './captions.ts';
import { FOLDER_MODE, HashedFile, syncFolderSync } from './files.ts';
import { journalParts, readJournal } from './journalReader.ts';
import { OggOpusWriter } from './ogg.ts';
import { ENCODER_DELAY } from './opus.ts';
import { SpeakerTrack, toSeconds } from './speakerTrack.ts';
import { surveyJournal, type Survey } from './survey.ts';

export const MANIFEST = 'manifest.json';
const UNFINISHED_MANIFEST = 'manifest.json.part';
const SPEAKERS = 'speakers';
const CAPTIONS = 'captions.vtt';
/** More than the segments of one stream can be. */
const RANKS_PER_STREAM = 2 ** 16;

/**
 * Turns the journal in `folder` into speakers/<peerId>.ogg, captions.vtt and, last and by rename,
 * manifest.json. Safe to repeat: what a finalizer left that died on the way is made anew, and with
 * a manifest there nothing is done. The journal is deleted once all else is safe on disk, unless
 * some of it could not be read. Reads the journal twice and holds a few seconds of it in memory.
 *
 * Synchronous: it belongs in a worker thread.
 * @param reasonIfUnknown why the recording ended when its journal does not say
 * @throws Error when there is no readable journal or the files cannot be written
 */
export function finalizeRecording(folder: string, reasonIfUnknown: StopReason): void {
  if (existsSync(join(folder, MANIFEST))) return;
  clear(folder);
  try {
    const survey = surveyJournal(folder);
    const speakers = writeSpeakers(folder, survey);
    const { phrases, file: captions } = writeCaptions(folder, survey);
    const { recordingId, roomId, roomName, startedAt, startedBy } = survey.header;
    writeManifest(folder, {
      version: 1,
      ...{ recordingId, roomId, roomName, startedAt, startedBy },
      stopReason: survey.stopReason ?? reasonIfUnknown,
      durationSeconds: toSeconds(samplesOf(survey.durationMs)),
      speakers,
      phrases,
      captions,
      gaps: survey.gaps.map(({ startMs, endMs, reason }) => ({
        startSeconds: Math.max(0, startMs) / 1_000,
        endSeconds: Math.max(0, endMs) / 1_000,
        reason,
      })),
    });
    if (survey.incomplete) return;
  } catch (error) {
    clear(folder);
    throw error;
  }
  for (const part of journalParts(folder)) rmSync(part);
  syncFolderSync(folder);
}

function clear(folder: string): void {
  // The manifest first: it must not be there without the files it names.
  rmSync(join(folder, MANIFEST), { force: true });
  rmSync(join(folder, SPEAKERS), { recursive: true, force: true });
  rmSync(join(folder, CAPTIONS), { force: true });
  rmSync(join(folder, UNFINISHED_MANIFEST), { force: true });
}

function samplesOf(durationMs: number): number {
  return Math.round(durationMs * SAMPLES_PER_MS);
}

interface OpenSpeaker {
  readonly track: SpeakerTrack;
  readonly file: HashedFile;
}

/** The second pass: every packet to its place in its speaker's file. */
function writeSpeakers(folder: string, survey: Survey): Manifest['speakers'] {
  mkdirSync(join(folder, SPEAKERS), { mode: FOLDER_MODE });
  const open = new Map<PeerId, OpenSpeaker>();
  try {
    for (const [peerId, speaker] of survey.speakers) {
      open.set(peerId, openSpeaker(folder, { ...speaker, peerId, survey }));
    }
    distribute(folder, survey, open);
    const speakers = [...open].map(([peerId, { track, file }]) => ({
      peerId,
      displayName: survey.speakers.get(peerId)?.displayName ?? '',
      ...track.end(),
      file: { path: speakerPath(peerId), mimeType: 'audio/ogg', ...file.finish() },
    }));
    syncFolderSync(join(folder, SPEAKERS));
    return speakers;
  } catch (error) {
    for (const { file } of open.values()) file.abandon();
    throw error;
  }
}

function speakerPath(peerId: PeerId): string {
  return `${SPEAKERS}/${peerId}.ogg`;
}

function openSpeaker(
  folder: string,
  options: { peerId: PeerId; displayName: string; stereo: boolean; survey: Survey },
): OpenSpeaker {
  const { peerId, displayName, stereo, survey } = options;
  const file = new HashedFile(join(folder, speakerPath(peerId)));
  const ogg = new OggOpusWriter({
    serial: crc32(peerId),
    channels: stereo ? 2 : 1,
    preSkip: ENCODER_DELAY,
    comments: [
      `ARTIST=${displayName}`,
      `ALBUM=${survey.header.roomName}`,
      `DATE=${new Date(survey.header.startedAt).toISOString()}`,
    ],
    write: (page) => file.write(page),
  });
  const track = new SpeakerTrack({ ogg, durationSamples: samplesOf(survey.durationMs) });
  return { track, file };
}

function distribute(folder: string, survey: Survey, open: ReadonlyMap<PeerId, OpenSpeaker>): void {
  const timelines = new Map<number, StreamTimeline<AudioPacket>>();
  for (const record of readJournal(folder)) {
    const stream = survey.streams.get(record.streamId);
    if (stream === undefined) continue;
    let timeline = timelines.get(record.streamId);
    if (timeline === undefined) {
      timeline = new StreamTimeline();
      timelines.set(record.streamId, timeline);
    }
    for (const accepted of feed(timeline, record, true)) {
      open.get(stream.peerId)?.track.push({
        packet: accepted.packet,
        place: placeOf(stream.plan, accepted),
        rank: stream.order * RANKS_PER_STREAM + accepted.segment,
      });
    }
  }
}

function writeCaptions(
  folder: string,
  survey: Survey,
): { phrases: Manifest['phrases']; file: RecordingFile } {
  const phrases = captionsOf(survey.phrases, survey.durationMs);
  const content = writeFile(join(folder, CAPTIONS), toWebVtt(phrases));
  return { phrases, file: { path: CAPTIONS, mimeType: 'text/vtt', ...content } };
}

function writeManifest(folder: string, manifest: Manifest): void {
  const unfinished = join(folder, UNFINISHED_MANIFEST);
  writeFile(unfinished, `${JSON.stringify(v.parse(ManifestSchema, manifest), null, 2)}\n`);
  renameSync(unfinished, join(folder, MANIFEST));
  syncFolderSync(folder);
}

function writeFile(path: string, content: string): { sizeBytes: number; sha256: string } {
  const file = new HashedFile(path);
  try {
    file.write(Buffer.from(content));
    return file.finish();
  } catch (error) {
    file.abandon();
    throw error;
  }
}
