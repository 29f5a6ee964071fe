import { readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  ManifestSchema,
  PeaksSchema,
  type Manifest,
  type Peaks,
  type RecordingId,
  type StopReason,
} from '#protocol';
import * as v from 'valibot';
import { withoutNamesTakenBack } from '../domain/consent.ts';
import { captionsOf, toWebVtt } from './captions.ts';
import { syncFolderSync, writeHashed } from './files.ts';
import { journalParts } from './journalReader.ts';
import { MANIFEST, readManifest } from './manifestFiles.ts';
import { MIX_MP3, MIX_WEBM, mixSpeakers, PEAKS } from './mix.ts';
import { offlinePlayer } from './offlinePlayer.ts';
import { journalBytes, Progress } from './progress.ts';
import { samplesOf, SPEAKERS, writeSpeakers } from './speakerFiles.ts';
import { toSeconds } from './speakerTrack.ts';
import { surveyJournal, type Survey } from './survey.ts';

const UNFINISHED_MANIFEST = 'manifest.json.part';
const CAPTIONS = 'captions.vtt';
const CAPTIONS_JSON = 'captions.json';
const CONSENT = 'consent.json';
const PLAYER = 'player.html';
/** All that a finalizer makes. The manifest first: it must not be there without its files. */
const MADE = [
  ...[MANIFEST, UNFINISHED_MANIFEST, SPEAKERS, PEAKS, MIX_MP3, MIX_WEBM],
  ...[CAPTIONS, CAPTIONS_JSON, CONSENT, PLAYER],
];

/**
 * Turns the journal in `folder` into each speaker's file, the mix, captions, a page to play them and,
 * last and by rename, manifest.json. Safe to repeat: what a finalizer left that died on the way is
 * made anew; with a sound manifest there only the journal is deleted. That is done once all
 * else is safe on disk, unless some of it could not be read. Holds a few seconds of it in memory.
 *
 * It keeps its thread busy: it belongs in a process of its own.
 * @param work.reasonIfUnknown why the recording ended when its journal does not say
 * @param work.keepFreeBytes what its passing files leave of the disk
 * @param tell how far it is, 0 to 1, many times a second
 * @throws Error when there is no readable journal or the files cannot be written
 */
export async function finalizeRecording(
  work: { folder: string; reasonIfUnknown: StopReason; keepFreeBytes: number },
  tell: (fraction: number) => void = () => {},
): Promise<void> {
  const { folder, reasonIfUnknown, keepFreeBytes } = work;
  if (await readManifest(folder, basename(folder) as RecordingId)) {
    if (!surveyJournal(folder).incomplete) removeJournal(folder);
    return;
  }
  clear(folder);
  try {
    const progress = new Progress(tell);
    const bytes = journalBytes(folder);
    const survey = surveyJournal(folder, progress.pass('survey', bytes));
    const written = writeSpeakers(folder, survey, progress.pass('speakers', bytes));
    const samples = samplesOf(survey.durationMs);
    const { mix, peaks } = await mixSpeakers(folder, {
      speakers: written,
      samples,
      keepFreeBytes,
      progress,
    });
    const speakers = written.map((speaker, index) => ({
      ...speaker,
      peaks: peaks[index] as Manifest['captions'],
    }));
    writeManifest(folder, manifestOf(folder, { survey, speakers, mix, reasonIfUnknown }));
    if (survey.incomplete) return;
  } catch (error) {
    clear(folder);
    throw error;
  }
  removeJournal(folder);
}

/** The first part last: it tells what the others are, should this be cut short. */
function removeJournal(folder: string): void {
  for (const part of journalParts(folder).reverse()) rmSync(part, { force: true });
  syncFolderSync(folder);
}

function clear(folder: string): void {
  for (const name of MADE) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Writes the files that come of the survey alone, and says what stands in which. */
function manifestOf(
  folder: string,
  options: {
    survey: Survey;
    speakers: Manifest['speakers'];
    mix: Manifest['mix'];
    reasonIfUnknown: StopReason;
  },
): Manifest {
  const { survey, speakers, mix, reasonIfUnknown } = options;
  const { recordingId, roomId, roomName, startedAt, startedBy } = survey.header;
  const { consents, notRecorded } = survey;
  const phrases = captionsOf(survey.phrases, survey.durationMs);
  const facts = {
    version: 1 as const,
    ...{ recordingId, roomId, roomName, startedAt, startedBy },
    stopReason: survey.stopReason ?? reasonIfUnknown,
    durationSeconds: toSeconds(samplesOf(survey.durationMs)),
    ...{ speakers, phrases, mix },
    notRecorded: {
      count: notRecorded.length,
      names: notRecorded.filter((name) => name !== null),
    },
    markers: [...survey.markers],
    pauses: [...survey.pauses],
    gaps: survey.gaps.map(({ startMs, endMs, reason }) => ({
      startSeconds: Math.max(0, startMs) / 1_000,
      endSeconds: Math.max(0, endMs) / 1_000,
      reason,
    })),
  };
  const write = (path: string, mimeType: string, content: string) => ({
    ...{ path, mimeType },
    ...writeHashed(join(folder, path), content),
  });
  const readPeaks = ({ peaks }: Manifest['speakers'][number]): Peaks =>
    v.parse(PeaksSchema, JSON.parse(readFileSync(join(folder, peaks.path), 'utf8')));
  return {
    ...facts,
    captions: write(CAPTIONS, 'text/vtt', toWebVtt(phrases)),
    captionsJson: write(CAPTIONS_JSON, 'application/json', toJson(phrases)),
    player: write(PLAYER, 'text/html', offlinePlayer(facts, readPeaks)),
    consentLog:
      consents.length === 0
        ? null
        : write(CONSENT, 'application/json', toJson(withoutNamesTakenBack(consents).map(logged))),
  };
}

/** Who would not be named is not told by their id either. */
function logged(entry: Survey['consents'][number]): Record<string, unknown> {
  const { peerId, displayName, answer, language, words, at } = entry;
  const who = displayName === null ? null : { peerId, displayName };
  return { who, answer, language, words, at: new Date(at).toISOString() };
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function writeManifest(folder: string, manifest: Manifest): void {
  const unfinished = join(folder, UNFINISHED_MANIFEST);
  writeHashed(unfinished, toJson(v.parse(ManifestSchema, manifest)));
  renameSync(unfinished, join(folder, MANIFEST));
  syncFolderSync(folder);
}
