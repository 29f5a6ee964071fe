import {
  ProtocolError,
  RecordingIdSchema,
  ShareIdSchema,
  type RecordingId,
  type RoomId,
  type ShareId,
} from '#protocol';
import * as v from 'valibot';
import type { FoundRecording, RecordingLibrary } from '../session/ports.ts';

export interface RecordingParams {
  Params: { roomId: string; recordingId: string };
}

/** @throws ProtocolError NOT_FOUND, the same for a recording of another room as for none */
export async function findRecording(
  library: RecordingLibrary,
  roomId: RoomId,
  recordingId: string,
): Promise<FoundRecording> {
  const found = await library.get(roomId, recordingIdOf(recordingId));
  if (!found) throw notFound();
  return found;
}

export function recordingIdOf(value: string): RecordingId {
  const parsed = v.safeParse(RecordingIdSchema, value);
  if (!parsed.success) throw notFound();
  return parsed.output;
}

export function shareIdOf(value: string): ShareId {
  const parsed = v.safeParse(ShareIdSchema, value);
  if (!parsed.success) throw notFound();
  return parsed.output;
}

export const notFound = () => new ProtocolError('NOT_FOUND', 'no such recording');
