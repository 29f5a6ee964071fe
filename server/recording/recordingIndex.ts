import {
  ownerOfLane,
  type Manifest,
  type RecordingId,
  type RecordingSummary,
  type RoomId,
} from '#protocol';
import type { JournalHeader } from './journalPayloads.ts';
import { manifestFiles } from './manifestFiles.ts';

/** What can be told of each recording without opening it. */
export class RecordingIndex {
  readonly #summaries = new Map<RecordingId, () => RecordingSummary>();
  /** What its pauses took of each that is ready: a summary leaves them out. */
  readonly #pausedSeconds = new Map<RecordingId, number>();

  /** One that changes by itself is asked each time. */
  follow(recordingId: RecordingId, summary: () => RecordingSummary): void {
    this.#summaries.set(recordingId, summary);
  }

  set(summary: RecordingSummary): void {
    this.#summaries.set(summary.recordingId, () => summary);
  }

  /** Returns the summary with the change, or null when the recording is not there. */
  update(
    recordingId: RecordingId,
    change: Pick<RecordingSummary, 'state'> | Pick<RecordingSummary, 'progress'>,
  ): RecordingSummary | null {
    const known = this.find(recordingId);
    if (known === null) return null;
    const summary = { ...known, ...change };
    this.set(summary);
    return summary;
  }

  setUnfinished(header: JournalHeader): void {
    const { recordingId, roomId, roomName, startedAt, startedBy } = header;
    this.set({
      ...{ recordingId, roomId, roomName, startedAt, startedBy },
      state: 'finalizing',
      durationSeconds: 0,
      speakers: [],
      phraseCount: 0,
      progress: 0,
      sizeBytes: 0,
    });
  }

  setReady(manifest: Manifest): void {
    const { recordingId, roomId, roomName, startedAt, startedBy, durationSeconds } = manifest;
    const paused = manifest.pauses.reduce((sum, { seconds }) => sum + seconds, 0);
    this.#pausedSeconds.set(recordingId, paused);
    this.set({
      ...{ recordingId, roomId, roomName, startedAt, startedBy, durationSeconds },
      state: 'ready',
      speakers: [
        ...new Map(
          manifest.speakers.map(({ peerId, displayName }) => [ownerOfLane(peerId), displayName]),
        ).values(),
      ],
      phraseCount: manifest.phrases.length,
      progress: 1,
      sizeBytes: manifestFiles(manifest).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    });
  }

  remove(recordingId: RecordingId): void {
    this.#summaries.delete(recordingId);
    this.#pausedSeconds.delete(recordingId);
  }

  find(recordingId: RecordingId): RecordingSummary | null {
    return this.#summaries.get(recordingId)?.() ?? null;
  }

  /** Newest first. */
  inRoom(roomId: RoomId): RecordingSummary[] {
    return this.#all()
      .filter((summary) => summary.roomId === roomId)
      .sort((a, b) => b.startedAt - a.startedAt);
  }

  /** Those that are done and ended before then (ms since 1970). */
  endedBefore(wallMs: number): RecordingSummary[] {
    return this.#all()
      .filter(({ state }) => state === 'ready' || state === 'failed')
      .filter(({ recordingId, startedAt, durationSeconds }) => {
        const paused = this.#pausedSeconds.get(recordingId) ?? 0;
        return startedAt + (durationSeconds + paused) * 1_000 < wallMs;
      });
  }

  #all(): RecordingSummary[] {
    return [...this.#summaries.values()].map((summary) => summary());
  }
}
