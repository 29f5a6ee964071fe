import type { RoomState } from '#web/client/roomState.ts';

/** How far the finalizer is with what was last recorded, 0 to 1; null when there is nothing to wait for. */
export function preparing(
  room: Pick<RoomState, 'recordingProgress' | 'readyRecordings' | 'failedRecordings'>,
): number | null {
  const { recordingProgress, readyRecordings, failedRecordings } = room;
  const [recordingId, progress] = Object.entries(recordingProgress).at(-1) ?? [];
  const isOver = [...readyRecordings, ...failedRecordings].some((it) => it === recordingId);
  return progress === undefined || isOver ? null : progress;
}
