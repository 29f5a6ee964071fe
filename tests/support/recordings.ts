import { setTimeout as delay } from 'node:timers/promises';
import type { Manifest, RecordingDetail, RecordingList, RoomCreated } from '#protocol';

export type ReadyRecording = RecordingDetail & { readonly manifest: Manifest };

const READY_TIMEOUT_MS = 20_000;

async function ask<T>(url: string, room: RoomCreated, address: string): Promise<T> {
  const response = await fetch(`${url}/api/rooms/${room.roomId}/recordings${address}`, {
    headers: { authorization: `Bearer ${room.invitations.moderator}` },
  });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return (await response.json()) as T;
}

/** Waits until the room's newest recording is ready to play. */
export async function readyRecording(url: string, room: RoomCreated): Promise<ReadyRecording> {
  const deadline = AbortSignal.timeout(READY_TIMEOUT_MS);
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
  path: string,
): Promise<Buffer> {
  const base = `${url}/api/rooms/${room.roomId}/recordings/${summary.recordingId}/files`;
  const response = await fetch(`${base}/${path}?ticket=${ticket}`);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
