import * as v from 'valibot';
import { PeerIdSchema, RecordingIdSchema, RoomIdSchema } from './ids.ts';
import { LanguageTagSchema, ShownNameSchema } from './phrases.ts';

const timeMs = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
/** Seconds from the start of the recording. */
const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(1e7));

/** A recording that is running, as everyone in the room sees it. */
export const RunningRecordingSchema = v.strictObject({
  recordingId: RecordingIdSchema,
  /** Milliseconds since 1970, by the server's clock. */
  startedAt: timeMs,
  startedBy: ShownNameSchema,
});
export type RunningRecording = v.InferOutput<typeof RunningRecordingSchema>;

export const StopReasonSchema = v.picklist([
  'stopped',
  'roomClosed',
  'serverStopping',
  'interrupted',
  'storageFailed',
]);
export type StopReason = v.InferOutput<typeof StopReasonSchema>;

/** `finalizing` until the manifest is written; `failed` when it cannot be. */
export const RecordingStateSchema = v.picklist(['recording', 'finalizing', 'ready', 'failed']);

/** One row of the list of a room's recordings. */
export const RecordingSummarySchema = v.strictObject({
  recordingId: RecordingIdSchema,
  roomId: RoomIdSchema,
  roomName: v.string(),
  state: RecordingStateSchema,
  startedAt: timeMs,
  startedBy: v.string(),
  durationSeconds: seconds,
  speakers: v.array(v.string()),
  phraseCount: v.pipe(v.number(), v.integer(), v.minValue(0)),
  sizeBytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export type RecordingSummary = v.InferOutput<typeof RecordingSummarySchema>;

/** A file of a recording; `path` is relative to the recording's folder and made by the server. */
export const RecordingFileSchema = v.strictObject({
  path: v.pipe(v.string(), v.regex(/^[a-z0-9_-]+(\/[A-Za-z0-9_-]+)?\.[a-z0-9]+$/i)),
  mimeType: v.string(),
  sizeBytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
export type RecordingFile = v.InferOutput<typeof RecordingFileSchema>;

/** `manifest.json`: written last, so that its presence means that the recording is complete. */
export const ManifestSchema = v.strictObject({
  version: v.literal(1),
  recordingId: RecordingIdSchema,
  roomId: RoomIdSchema,
  roomName: v.string(),
  startedAt: timeMs,
  startedBy: v.string(),
  stopReason: StopReasonSchema,
  durationSeconds: seconds,
  /** One a person who spoke; every file starts at the recording's start, gaps filled (RFC 7845 section 4.1). */
  speakers: v.array(
    v.strictObject({
      peerId: PeerIdSchema,
      displayName: v.string(),
      file: RecordingFileSchema,
      /** Where sound of this speaker arrived. Between them the file is silent. */
      segments: v.array(v.strictObject({ startSeconds: seconds, endSeconds: seconds })),
      packets: v.pipe(v.number(), v.integer(), v.minValue(0)),
      /** Lost for good, late copies already counted out. */
      lostPackets: v.pipe(v.number(), v.integer(), v.minValue(0)),
    }),
  ),
  phrases: v.array(
    v.strictObject({
      seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
      startSeconds: seconds,
      endSeconds: seconds,
      authorId: PeerIdSchema,
      authorName: v.string(),
      text: v.string(),
      language: LanguageTagSchema,
    }),
  ),
  captions: RecordingFileSchema,
  /** Stretches in which nothing could be captured: the server died, the disk stalled. */
  gaps: v.array(v.strictObject({ startSeconds: seconds, endSeconds: seconds, reason: v.string() })),
});
export type Manifest = v.InferOutput<typeof ManifestSchema>;

/** `GET /api/rooms/:roomId/recordings`, newest first. */
export const RecordingListSchema = v.strictObject({ recordings: v.array(RecordingSummarySchema) });
export type RecordingList = v.InferOutput<typeof RecordingListSchema>;

/**
 * `GET /api/rooms/:roomId/recordings/:recordingId`. The manifest is null until the recording is
 * ready. `ticket` is what a player or a download link adds to a file's address, since an audio
 * element sends no headers: `.../files/<path>?ticket=<ticket>`; it opens this recording only.
 */
export const RecordingDetailSchema = v.strictObject({
  summary: RecordingSummarySchema,
  manifest: v.nullable(ManifestSchema),
  ticket: v.string(),
});
export type RecordingDetail = v.InferOutput<typeof RecordingDetailSchema>;
