import type { RunningRecording } from '#protocol';

/**
 * How much has been recorded by now, in seconds: pauses are not part of it.
 * @param serverNow milliseconds since 1970 by the server's clock
 */
export function recordedSeconds(recording: RunningRecording, serverNow: number): number {
  const until = recording.pausedAt ?? serverNow;
  return Math.max(0, until - recording.startedAt - recording.pausedMs) / 1000;
}
