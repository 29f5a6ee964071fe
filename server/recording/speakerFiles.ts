import { crc32 } from 'node:zlib';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest, PeerId } from '#protocol';
import { SAMPLES_PER_MS } from '../domain/timedPackets.ts';
import { StreamTimeline } from '../domain/timeline.ts';
import { placeOf } from '../domain/timelinePieces.ts';
import { feed, type AudioPacket } from './audioPacket.ts';
import { FOLDER_MODE, HashedFile, syncFolderSync } from './files.ts';
import { recordBytes } from './journalFormat.ts';
import { readJournal } from './journalReader.ts';
import { OggOpusWriter } from './ogg.ts';
import { ENCODER_DELAY } from '../domain/opus.ts';
import { SpeakerTrack } from './speakerTrack.ts';
import type { Survey } from './survey.ts';

export const SPEAKERS = 'speakers';
/** More than the segments of one stream can be. */
const RANKS_PER_STREAM = 2 ** 16;

/** What the manifest says of a speaker, but for the peaks. */
export type WrittenSpeaker = Omit<Manifest['speakers'][number], 'peaks'>;

interface OpenSpeaker {
  readonly track: SpeakerTrack;
  readonly file: HashedFile;
}

/** A recording's length in samples. */
export function samplesOf(durationMs: number): number {
  return Math.round(durationMs * SAMPLES_PER_MS);
}

/**
 * The second pass over the journal: every packet to its place in its speaker's file.
 * @param read told the bytes of each record
 */
export function writeSpeakers(
  folder: string,
  survey: Survey,
  read: (bytes: number) => void,
): WrittenSpeaker[] {
  mkdirSync(join(folder, SPEAKERS), { mode: FOLDER_MODE });
  const open = new Map<PeerId, OpenSpeaker>();
  try {
    for (const [peerId, speaker] of survey.speakers) {
      open.set(peerId, openSpeaker(folder, { ...speaker, peerId, survey }));
    }
    distribute(folder, { survey, open, read });
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

function distribute(
  folder: string,
  options: {
    survey: Survey;
    open: ReadonlyMap<PeerId, OpenSpeaker>;
    read: (bytes: number) => void;
  },
): void {
  const { survey, open, read } = options;
  const timelines = new Map<number, StreamTimeline<AudioPacket>>();
  for (const record of readJournal(folder)) {
    read(recordBytes(record.payload));
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
