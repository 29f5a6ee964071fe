import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Manifest, RecordingDetail, RecordingList, RoomCreated } from '#protocol';
import { DecodedSound } from './decode.ts';

export type ReadyRecording = RecordingDetail & { readonly manifest: Manifest };

const READY_TIMEOUT_MS = 40_000;

async function ask<T>(url: string, room: RoomCreated, address: string): Promise<T> {
  const response = await fetch(`${url}/api/rooms/${room.roomId}/recordings${address}`, {
    headers: { authorization: `Bearer ${room.invitations.moderator}` },
  });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return (await response.json()) as T;
}

/** Waits until the room's newest recording is ready to play. */
export async function readyRecording(
  url: string,
  room: RoomCreated,
  timeoutMs = READY_TIMEOUT_MS,
): Promise<ReadyRecording> {
  const deadline = AbortSignal.timeout(timeoutMs);
  for (;;) {
    const { recordings } = await ask<RecordingList>(url, room, '');
    const [newest] = recordings;
    if (newest?.state === 'ready') {
      const detail = await ask<RecordingDetail>(url, room, `/${newest.recordingId}`);
      if (detail.manifest) return { ...detail, manifest: detail.manifest };
    }
    await delay(100, undefined, { signal: deadline });
  }
}

export async function fetchFile(
  url: string,
  room: RoomCreated,
  { summary, ticket }: RecordingDetail,
  file: string,
): Promise<Buffer> {
  const base = `${url}/api/rooms/${room.roomId}/recordings/${summary.recordingId}/files`;
  const response = await fetch(`${base}/${file}?ticket=${ticket}`);
  if (!response.ok) throw new Error(`${file} answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** One of its sound files, as an independent decoder hears it. */
export async function decodedFile(
  url: string,
  room: RoomCreated,
  recording: RecordingDetail,
  file: string,
): Promise<DecodedSound> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cora-file-'));
  try {
    const saved = path.join(folder, path.basename(file));
    await writeFile(saved, await fetchFile(url, room, recording, file));
    return await DecodedSound.of(saved);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Every file of a recording that sounds: each speaker's, and the mix of all. */
export function soundPaths({ speakers, mix }: Manifest): string[] {
  const mixes = mix ? [mix.mp3.path, mix.webm.path] : [];
  return [...speakers.map(({ file }) => file.path), ...mixes];
}
