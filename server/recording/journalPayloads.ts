import {
  PeerIdSchema,
  PhraseSchema,
  ProducerIdSchema,
  RecordingIdSchema,
  RoomIdSchema,
  StopReasonSchema,
} from '#protocol';
import * as v from 'valibot';
import type { SenderReport } from '#server/session/ports.ts';

// What stands in the payloads of a journal's records. They are checked when read, like everything
// else that comes from outside the process.

const milliseconds = v.pipe(v.number(), v.finite());

export const JournalHeaderSchema = v.object({
  version: v.literal(1),
  /** 0, 1, 2 ... */
  part: v.pipe(v.number(), v.integer(), v.minValue(0)),
  recordingId: RecordingIdSchema,
  roomId: RoomIdSchema,
  roomName: v.string(),
  startedBy: v.string(),
  /** Milliseconds since 1970 at the origin. */
  startedAt: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** What the writer's monotonic clock showed when the recording began: arrivals count from here, less the pauses. */
  monotonicOriginMs: milliseconds,
  /** The process that writes, so that nobody finalises a journal that is still growing. */
  owner: v.object({ pid: v.number(), startedAtTicks: v.string() }),
});
export type JournalHeader = v.InferOutput<typeof JournalHeaderSchema>;

export const StreamStartSchema = v.object({
  peerId: PeerIdSchema,
  displayName: v.string(),
  producerId: ProducerIdSchema,
  muted: v.boolean(),
});
export type StreamStart = v.InferOutput<typeof StreamStartSchema>;

export const JournalGapSchema = v.object({
  startMs: milliseconds,
  endMs: milliseconds,
  reason: v.string(),
});
export type JournalGap = v.InferOutput<typeof JournalGapSchema>;

/**
 * What a person said to being recorded; `displayName` is null for one who would not be named,
 * `language` and `words` for who began the recording.
 */
export const ConsentEntrySchema = v.object({
  peerId: PeerIdSchema,
  displayName: v.nullable(v.string()),
  answer: v.picklist(['granted', 'refused']),
  language: v.nullable(v.picklist(['es', 'en'])),
  words: v.nullable(v.string()),
  /** Milliseconds since 1970. */
  at: milliseconds,
});

export const AskedSchema = v.object({ peerId: PeerIdSchema });
export type Asked = v.InferOutput<typeof AskedSchema>;

export const SpokenPhraseSchema = v.object({
  seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
  durationMs: v.pipe(milliseconds, v.minValue(0)),
});
export type SpokenPhrase = v.InferOutput<typeof SpokenPhraseSchema>;

export const ResumeSchema = v.object({ pausedMs: v.pipe(milliseconds, v.minValue(0)) });
export type Resume = v.InferOutput<typeof ResumeSchema>;

export const MarkerSchema = v.object({ label: v.string() });
export type Marker = v.InferOutput<typeof MarkerSchema>;

export const EndSchema = v.object({ reason: StopReasonSchema });

export { PhraseSchema };

export function encodeJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** What the payload says, or null when it is not JSON of that shape. */
export function decodeJson<Schema extends v.GenericSchema>(
  schema: Schema,
  payload: Buffer,
): v.InferOutput<Schema> | null {
  try {
    const result = v.safeParse(schema, JSON.parse(payload.toString('utf8')));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

const SENDER_REPORT_BYTES = 12;

export function encodeSenderReport(report: SenderReport): Buffer {
  const payload = Buffer.alloc(SENDER_REPORT_BYTES);
  payload.writeUInt32LE(report.ntpSeconds >>> 0, 0);
  payload.writeUInt32LE(report.ntpFraction >>> 0, 4);
  payload.writeUInt32LE(report.rtpTimestamp >>> 0, 8);
  return payload;
}

export function decodeSenderReport(payload: Buffer): SenderReport | null {
  if (payload.byteLength !== SENDER_REPORT_BYTES) return null;
  return {
    ntpSeconds: payload.readUInt32LE(0),
    ntpFraction: payload.readUInt32LE(4),
    rtpTimestamp: payload.readUInt32LE(8),
  };
}
