import * as v from 'valibot';
import { PeerIdSchema, RecordingIdSchema, RoomIdSchema } from './ids.ts';
import { LanguageTagSchema, PhraseSchema, ShownNameSchema } from './phrases.ts';
import { shownText } from './text.ts';
import { count, int, listOf, text, timeMs, token } from './values.ts';

/** Of anything in a recording: at two a second it is six days of it. */
const MOST = 1_000_000;
/** Of people and rooms, with room to spare: no recording is to fail on a name. */
const name = text(1_000);
/** Seconds from the start of the recording. */
const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(1e7));

/** A recording that is running, as everyone in the room sees it. */
export const RunningRecordingSchema = v.strictObject({
  recordingId: RecordingIdSchema,
  /** Milliseconds since 1970, by the server's clock. */
  startedAt: timeMs,
  /** Empty when it began by itself, or from outside with an invitation, which names nobody. */
  startedBy: ShownNameSchema,
  /** Since when it is paused; null while it runs. */
  pausedAt: v.nullable(timeMs),
  /** Milliseconds that earlier pauses took: they are not part of the recording. */
  pausedMs: int(0, 1e12),
});
export type RunningRecording = v.InferOutput<typeof RunningRecordingSchema>;

export const StopReasonSchema = v.picklist([
  'stopped',
  'roomClosed',
  'serverStopping',
  'interrupted',
  'storageFailed',
  'maxLength',
]);
export type StopReason = v.InferOutput<typeof StopReasonSchema>;

/**
 * `pending` until the person has answered; nothing of theirs is written before `granted`, and
 * nothing more after `refused`.
 */
export const ConsentSchema = v.picklist(['pending', 'granted', 'refused']);
export type Consent = v.InferOutput<typeof ConsentSchema>;

/** What a person says to being recorded, now or later. */
export const ConsentAnswerSchema = v.strictObject({
  answer: v.picklist(['granted', 'refused']),
  /** The language in which CONSENT_WORDS were shown. */
  language: v.picklist(['es', 'en']),
  /** Of one who refuses: whether the manifest may say who it was. */
  named: v.boolean(),
});
export type ConsentAnswer = v.InferOutput<typeof ConsentAnswerSchema>;

/** An answer, and to being recorded by which recording. */
export const AnswerConsentSchema = v.strictObject({
  recordingId: RecordingIdSchema,
  ...ConsentAnswerSchema.entries,
});
export type AnswerConsent = v.InferOutput<typeof AnswerConsentSchema>;

/**
 * What a person is asked, word for word: it stands in the consent log. To change a word is to ask
 * something else, so it stands here and not among the words of the views. `ask` is for whoever is in
 * the room or may come in all the same, `required` for the door of a room that takes only those who
 * agree.
 */
export const CONSENT_WORDS = {
  es: {
    ask: 'Esta sala se está grabando. ¿Aceptas que se graben tu voz y tus frases? Puedes seguir en la conversación aunque digas que no, y cambiar de idea cuando quieras.',
    required:
      'Esta sala se está grabando y, mientras se graba, solo entra quien acepta. ¿Aceptas que se graben tu voz y tus frases? Si no, puedes volver cuando termine la grabación. Ya dentro puedes cambiar de idea: desde ese momento no se graba nada más de ti.',
  },
  en: {
    ask: 'This room is being recorded. Do you agree that your voice and your phrases are recorded? You can stay in the conversation even if you say no, and change your mind at any time.',
    required:
      'This room is being recorded and, while it is, only takes those who agree. Do you agree that your voice and your phrases are recorded? If not, you can come back when the recording is over. Once inside you can change your mind: from that moment on, nothing more of yours is recorded.',
  },
} as const;
export type ConsentQuestion = keyof (typeof CONSENT_WORDS)['es'];

export const MARKER_MAX_GRAPHEMES = 80;
/** UTF-16 code units. */
export const MARKER_MAX_UNITS = 400;

/** `finalizing` until the manifest is written; `failed` when it cannot be. */
export const RecordingStateSchema = v.picklist(['recording', 'finalizing', 'ready', 'failed']);

/** One row of the list of a room's recordings. */
export const RecordingSummarySchema = v.strictObject({
  recordingId: RecordingIdSchema,
  roomId: RoomIdSchema,
  roomName: name,
  state: RecordingStateSchema,
  startedAt: timeMs,
  startedBy: name,
  durationSeconds: seconds,
  speakers: listOf(name, MOST),
  phraseCount: count,
  /** How far finalising is, 0 to 1; 1 when there is nothing left to do. */
  progress: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  sizeBytes: count,
});
export type RecordingSummary = v.InferOutput<typeof RecordingSummarySchema>;

/** A file of a recording; `path` is relative to the recording's folder and made by the server. */
export const RecordingFileSchema = v.strictObject({
  path: v.pipe(text(100), v.regex(/^[a-z0-9_-]+(\/[A-Za-z0-9_-]+)?\.[a-z0-9]+$/i)),
  mimeType: text(100),
  sizeBytes: count,
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
export type RecordingFile = v.InferOutput<typeof RecordingFileSchema>;

/** Loudness of a track for drawing: one peak per step, 0 to 255 of full scale. */
export const PeaksSchema = v.strictObject({
  version: v.literal(1),
  stepSeconds: v.pipe(v.number(), v.minValue(0.01), v.maxValue(10)),
  peaks: listOf(int(0, 255), MOST),
});
export type Peaks = v.InferOutput<typeof PeaksSchema>;

/** `manifest.json`: written last, so that its presence means that the recording is complete. */
export const ManifestSchema = v.strictObject({
  version: v.literal(1),
  recordingId: RecordingIdSchema,
  roomId: RoomIdSchema,
  roomName: name,
  startedAt: timeMs,
  startedBy: name,
  stopReason: StopReasonSchema,
  durationSeconds: seconds,
  /** One a person who spoke; every file starts at the recording's start, gaps filled (RFC 7845 section 4.1). */
  speakers: listOf(
    v.strictObject({
      peerId: PeerIdSchema,
      displayName: name,
      file: RecordingFileSchema,
      /** Loudness for drawing: JSON of PeaksSchema. */
      peaks: RecordingFileSchema,
      /** Where sound of this speaker arrived. Between them the file is silent. */
      segments: listOf(v.strictObject({ startSeconds: seconds, endSeconds: seconds }), MOST),
      packets: count,
      /** Lost for good, late copies already counted out. */
      lostPackets: count,
    }),
    MOST,
  ),
  phrases: listOf(
    v.strictObject({
      seq: PhraseSchema.entries.seq,
      startSeconds: seconds,
      endSeconds: seconds,
      authorId: PeerIdSchema,
      authorName: name,
      text: PhraseSchema.entries.text,
      language: LanguageTagSchema,
    }),
    MOST,
  ),
  captions: RecordingFileSchema,
  /** The phrases again, as JSON: the array above. */
  captionsJson: RecordingFileSchema,
  /** Everyone in one file; null when nobody was recorded. */
  mix: v.nullable(v.strictObject({ mp3: RecordingFileSchema, webm: RecordingFileSchema })),
  /** The page that plays it from a disk, without a server. */
  player: RecordingFileSchema,
  /** Who said yes and no, when and to which words (null for who began it); null when nobody answered. */
  consentLog: v.nullable(RecordingFileSchema),
  /** People who were there and are not in it, and those of them who let their names be said. */
  notRecorded: v.strictObject({
    count,
    names: listOf(name, MOST),
  }),
  /** The label is empty where none was given. */
  markers: listOf(v.strictObject({ seconds, label: shownText(MARKER_MAX_UNITS) }), MOST),
  /** Where it was paused, and for how long; the pause itself is not part of the recording. */
  pauses: listOf(v.strictObject({ atSeconds: seconds, seconds }), MOST),
  /** Stretches in which nothing could be captured: the server died, the disk stalled. */
  gaps: listOf(
    v.strictObject({ startSeconds: seconds, endSeconds: seconds, reason: text(100) }),
    MOST,
  ),
});
export type Manifest = v.InferOutput<typeof ManifestSchema>;

/** `GET /api/rooms/:roomId/recordings`, newest first. */
export const RecordingListSchema = v.strictObject({
  recordings: listOf(RecordingSummarySchema, MOST),
});
export type RecordingList = v.InferOutput<typeof RecordingListSchema>;

/**
 * `GET /api/rooms/:roomId/recordings/:recordingId`. The manifest is null until the recording is
 * ready. `ticket` is what a player or a download link adds to a file's address, since an audio
 * element sends no headers: `.../files/<path>?ticket=<ticket>`; it opens this recording only.
 */
export const RecordingDetailSchema = v.strictObject({
  summary: RecordingSummarySchema,
  manifest: v.nullable(ManifestSchema),
  ticket: token,
});
export type RecordingDetail = v.InferOutput<typeof RecordingDetailSchema>;
