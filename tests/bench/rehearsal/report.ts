import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { RecordingDetail, RecordingList, RoomCreated } from '#protocol';
import { DecodedSound } from '#tests/support/decode.ts';
import { fetchFile, readyRecording, type ReadyRecording } from '#tests/support/recordings.ts';
import { compare, recordedOnsets } from './onsets.ts';

const run = promisify(execFile);
const READY_TIMEOUT_MS = 300_000;

/** When somebody was to be recorded, ms since 1970. */
export type Span = [from: number, to: number];

/** One recording as it was meant. */
export interface Act {
  readonly spans: Record<string, Span[]>;
  readonly phrases: { text: string; atMs: number }[];
}

interface Rehearsal {
  readonly url: string;
  readonly room: RoomCreated;
  readonly folder: string;
  readonly killedMs: number;
  readonly stoppedMs: number;
  /** In the order of their recording. */
  readonly acts: readonly Act[];
  /** When each person's bursts began, ms since 1970. */
  readonly played: Readonly<Record<string, readonly number[]>>;
  readonly refusedHz: number;
}

const figure = (value: number) => value.toFixed(1);
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** What came of it, a line each. */
export async function report(rehearsal: Rehearsal): Promise<string[]> {
  const { url, room } = rehearsal;
  await readyRecording(url, room, READY_TIMEOUT_MS);
  const lines: string[] = [];
  for (const [index, recording] of (await allOf(url, room)).entries()) {
    lines.push(...(await reportOne(rehearsal, index, recording)));
  }
  return lines;
}

/** Oldest first. */
async function allOf(url: string, room: RoomCreated): Promise<ReadyRecording[]> {
  const ask = async <T>(address: string): Promise<T> => {
    const headers = { authorization: `Bearer ${room.invitations.moderator}` };
    const answer = await fetch(`${url}/api/rooms/${room.roomId}/recordings${address}`, { headers });
    return (await answer.json()) as T;
  };
  const { recordings } = await ask<RecordingList>('');
  const details = await Promise.all(
    recordings.map(({ recordingId }) => ask<RecordingDetail>(`/${recordingId}`)),
  );
  return details
    .filter((detail): detail is ReadyRecording => detail.manifest !== null)
    .toSorted((a, b) => a.summary.startedAt - b.summary.startedAt);
}

async function reportOne(
  rehearsal: Rehearsal,
  index: number,
  recording: ReadyRecording,
): Promise<string[]> {
  const { url, room, folder, killedMs, stoppedMs, acts, played, refusedHz } = rehearsal;
  const act = acts[index] as Act;
  const { manifest } = recording;
  const { startedAt, durationSeconds, speakers, phrases, notRecorded, gaps, markers } = manifest;
  const endedMs = index === 0 ? killedMs : stoppedMs;
  const meant = (endedMs - startedAt) / 1_000;
  const lines = [
    `recording ${index + 1}: ${manifest.stopReason} at ${durationSeconds.toFixed(2)} s of ${meant.toFixed(2)} s, ` +
      `${speakers.map(({ displayName }) => displayName).join(', ')}; not recorded: ${notRecorded.count} ` +
      `(named: ${notRecorded.names.length}); gaps: ${gaps.length}; markers: ${markers.map(({ seconds }) => seconds).join(', ')}`,
  ];
  const fetched = async (name: string) => {
    const file = path.join(folder, `${index}-${path.basename(name)}`);
    await writeFile(file, await fetchFile(url, room, recording, name));
    return file;
  };
  for (const { displayName, file, segments, packets, lostPackets } of speakers) {
    const local = await fetched(file.path);
    const sound = await DecodedSound.of(local);
    const { offsetsMs, offBeatMs, windowMediansMs, ...counts } = compare({
      played: played[displayName] ?? [],
      recorded: recordedOnsets(sound),
      startedAt,
      spans: act.spans[displayName] ?? [],
    });
    const off = offBeatMs.map(Math.abs);
    lines.push(
      `  ${displayName}: ${counts.found} of ${counts.expected.toFixed(0)} bursts, ${counts.extra} where none should be; ` +
        `off the beat: 95 % within ${figure(quantile(off, 0.95))}, all within ${figure(Math.max(...off))} ms; ` +
        `recorded less played: median ${figure(quantile(offsetsMs, 0.5))} ms (n = ${offsetsMs.length}), ` +
        `medians of each 20 s from ${figure(Math.min(...windowMediansMs))} to ${figure(Math.max(...windowMediansMs))} ms; ` +
        `${segments.length} segments, ${packets} packets, ${lostPackets} lost; ${sound.seconds.toFixed(2)} s decoded`,
      `    opusinfo: ${await opusInfo(local)}`,
    );
  }
  for (const { text, atMs } of act.phrases) {
    const caption = phrases.find((phrase) => phrase.text === text);
    const late = caption ? atMs - (startedAt + caption.startSeconds * 1_000) : NaN;
    lines.push(`  phrase "${text}": shown to Ana ${figure(late)} ms after its caption begins`);
  }
  const strays = phrases.filter(({ text }) => act.phrases.every((phrase) => phrase.text !== text));
  lines.push(`  phrases that should not be there: ${strays.length}`);
  const { mix } = manifest;
  if (!mix) return [...lines, '  no mix'];
  for (const file of [mix.mp3, mix.webm]) {
    const local = await fetched(file.path);
    const sound = await DecodedSound.of(local);
    lines.push(
      `  ${file.path}: ${await probe(local)}; decoded ${sound.seconds.toFixed(2)} s; ` +
        `most of the refuser's ${refusedHz} Hz in any second: ${(loudest(sound, refusedHz) * 100).toFixed(2)} %`,
    );
  }
  return lines;
}

function loudest(sound: DecodedSound, frequencyHz: number): number {
  let most = 0;
  for (let at = 0; at + 1 <= sound.seconds; at += 1) {
    most = Math.max(most, sound.shareBetween(at, at + 1, frequencyHz));
  }
  return most;
}

async function probe(file: string): Promise<string> {
  const entries = 'stream=codec_name,channels,sample_rate:format=duration,format_name';
  const args = ['-v', 'warning', '-show_entries', entries, '-of', 'compact=nk=1:p=0', file];
  const { stdout, stderr } = await run('ffprobe', args);
  return `ffprobe ${stdout.trim().replaceAll('\n', ' ')}${stderr ? ` WARNED: ${stderr}` : ''}`;
}

async function opusInfo(file: string): Promise<string> {
  const { stdout, stderr } = await run('opusinfo', [file]);
  const length = /Playback length: (.*)/.exec(stdout)?.[1] ?? 'no length';
  const warnings = `${stdout}${stderr}`.split('\n').filter((line) => /WARNING|ERROR/i.test(line));
  return warnings.length === 0 ? `${length}, no warning` : warnings.join('; ');
}
