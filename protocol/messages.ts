import * as v from 'valibot';
import { EmptySchema, request, type NotificationEvents, type RequestEvents } from './contract.ts';
import { ErrorCodeSchema } from './errors.ts';
import {
  ConsumerIdSchema,
  DataProducerIdSchema,
  PeerIdSchema,
  ProducerIdSchema,
  RecordingIdSchema,
  TransportIdSchema,
} from './ids.ts';
import {
  ConsumerOptionsSchema,
  DtlsParametersSchema,
  IceParametersSchema,
  IceServersSchema,
  ListenSchema,
  ListeningSchema,
  MAX_SLOTS,
  RtpParametersSchema,
  SctpStreamParametersSchema,
  TransportOptionsSchema,
} from './media.ts';
import { ModerationChangeSchema } from './moderation.ts';
import { moderationRequests } from './moderationRequests.ts';
import {
  AUDIENCE_PAGE,
  CursorSchema,
  MAX_PEERS,
  MutesSchema,
  PeerChangeSchema,
  PeerInfoSchema,
} from './people.ts';
import { DraftIdSchema, PHRASE_HISTORY, PhraseDraftSchema, PhraseSchema } from './phrases.ts';
import {
  AnswerConsentSchema,
  ConsentAnswerSchema,
  ConsentSchema,
  MARKER_MAX_GRAPHEMES,
  MARKER_MAX_UNITS,
  RunningRecordingSchema,
  StopReasonSchema,
} from './recordings.ts';
import {
  HeardBySchema,
  ModerateSpeechSchema,
  ReceiptSchema,
  SpeechSchema,
  UnspokenReasonSchema,
} from './speech.ts';
import { RevisionSchema, RoomSnapshotSchema } from './rooms.ts';
import { RoomSettingsSchema, ShownRoomNameSchema } from './settings.ts';
import { plainText } from './text.ts';
import { anyOf, int, listOf, token } from './values.ts';

/** What a client asks of the server. Every name here has a row in the server's gate table. */
export const clientRequests = {
  /**
   * Enters the room that the socket's token names. The answer is one snapshot; changes follow. A
   * room that is recorded and only takes those who agree refuses with CONSENT_REQUIRED without a yes.
   * Where one has to wait to be let in it is refused with WAITING, and asked again after `admitted`.
   * With what `listen` asks the answer has the way in, too: who only listens asks for nothing else.
   */
  join: request(
    v.strictObject({
      consent: v.exactOptional(ConsentAnswerSchema),
      // Beside the rest and not within: a message nests six deep at most.
      ...anyOf(ListenSchema.entries),
    }),
    RoomSnapshotSchema,
  ),
  /** Opens the way in, where it did not come with `join` or has to be built anew. One at a time. */
  listen: request(ListenSchema, ListeningSchema),
  /** Opens the way out, for who may speak. One at a time. */
  createTransport: request(EmptySchema, TransportOptionsSchema),
  connectTransport: request(
    v.strictObject({ transportId: TransportIdSchema, dtlsParameters: DtlsParametersSchema }),
  ),
  /**
   * Connects the microphone: one Opus stream. Muted whatever was asked where one may not open it, or
   * where a moderator has muted one more often than `mutes` says that one knows.
   */
  produce: request(
    v.strictObject({
      rtpParameters: RtpParametersSchema,
      muted: v.boolean(),
      mutes: v.exactOptional(MutesSchema),
    }),
    v.strictObject({ producerId: ProducerIdSchema }),
  ),
  /** Opens the channel on which the client sends phrase drafts. */
  produceData: request(
    v.strictObject({ sctpStreamParameters: SctpStreamParametersSchema }),
    v.strictObject({ dataProducerId: DataProducerIdSchema }),
  ),
  /** Disconnects the microphone, which can be connected again. */
  stopProducing: request(EmptySchema),
  /**
   * The phrases that come after one, at most PHRASE_HISTORY at a time: for those said between a
   * snapshot and the opening of the channel, and for gaps. The server keeps PHRASE_LOG of them.
   */
  getPhrases: request(
    v.strictObject({
      afterSeq: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32)),
    }),
    v.strictObject({ phrases: v.pipe(v.array(PhraseSchema), v.maxLength(PHRASE_HISTORY)) }),
  ),
  /** Says a phrase where the phrase channel cannot be opened. Refusals come as `phraseRejected`. */
  sendPhrase: request(PhraseDraftSchema),
  /** Whether phrases come as `phraseSaid` from here on, for want of a phrase channel. */
  followPhrases: request(v.strictObject({ on: v.boolean() })),
  /** What reached this client, where it has no phrase channel to say it on. */
  confirmPhrases: request(ReceiptSchema),
  /** The moderator's hand on the queue of phrases to be spoken. */
  moderateSpeech: request(ModerateSpeechSchema),
  /** Lets go of transports and all that runs over them, so that they can be built anew. */
  restartMedia: request(EmptySchema),
  /** Finds a transport's way anew (RFC 8445 section 9): what runs over it goes on. */
  restartIce: request(
    v.strictObject({ transportId: TransportIdSchema }),
    v.strictObject({ iceParameters: IceParametersSchema, iceServers: IceServersSchema }),
  ),
  /** Answered at once: for a client that doubts its connection. */
  echo: request(EmptySchema),
  /**
   * Mutes or unmutes the caller's own microphone at the server. Opening it is FORBIDDEN where one may
   * not, and WRONG_STATE where a moderator has muted one meanwhile: more often than `mutes` says.
   */
  setMuted: request(v.strictObject({ muted: v.boolean(), mutes: v.exactOptional(MutesSchema) })),
  /**
   * Those who only listen, in order of arrival, a page at a time: to who only listens they are a number.
   * @see AUDIENCE_PAGE
   */
  listAudience: request(
    v.strictObject({
      /** `next` of the page before; left out for the first. */
      after: v.exactOptional(CursorSchema),
      /** What is in their names, whatever the case and the accents. */
      query: v.exactOptional(plainText(60, 300)),
    }),
    v.strictObject({
      people: listOf(PeerInfoSchema, AUDIENCE_PAGE),
      /** How many there are in all that fit. */
      total: int(0, MAX_PEERS),
      next: v.nullable(CursorSchema),
    }),
  ),
  ...moderationRequests,
  startRecording: request(EmptySchema, RunningRecordingSchema),
  stopRecording: request(EmptySchema),
  /** What is said until `resumeRecording` is not part of the recording. */
  pauseRecording: request(EmptySchema),
  resumeRecording: request(EmptySchema),
  /** Marks this moment of the recording, for whoever plays it later. */
  addMarker: request(
    v.strictObject({ label: v.exactOptional(plainText(MARKER_MAX_GRAPHEMES, MARKER_MAX_UNITS)) }),
  ),
  /** Says yes or no to being recorded; also later, to change one's mind. RECORDING_STATE when it is another recording that runs. */
  answerConsent: request(AnswerConsentSchema),
  /** Says goodbye, so that the others need not wait for a time-out. */
  leave: request(EmptySchema),
} as const;

/** What the server asks of a client. */
export const serverRequests = {
  /** The answer resumes the Consumer, so that its first packet is not lost. */
  newConsumer: request(ConsumerOptionsSchema),
} as const;

const inRoom = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.strictObject({ revision: RevisionSchema, ...entries });

/** What the server tells. Those with a `revision` change the room's state, in that order. */
export const serverNotifications = {
  /**
   * Who came, changed and left within a tenth of a second, in what it came to: all changes after the one
   * numbered `since`. First who left, then who changed, then who joined; some may be in it who are known.
   */
  rosterChanged: inRoom({
    since: RevisionSchema,
    left: listOf(PeerIdSchema, MAX_PEERS),
    changed: listOf(PeerChangeSchema, MAX_PEERS),
    joined: listOf(PeerInfoSchema, MAX_PEERS),
    /** How many only listen, after it. */
    audience: int(0, MAX_PEERS),
  }),
  /** One's role is another, and with it whom one is told of: these are all, as of what was told before. */
  rosterReplaced: v.strictObject({
    peers: listOf(PeerInfoSchema, MAX_PEERS),
    audience: int(0, MAX_PEERS),
  }),
  settingsChanged: inRoom({ roomName: ShownRoomNameSchema, settings: RoomSettingsSchema }),
  /** Another moderator holds the room, or none. */
  hostChanged: inRoom({ host: v.nullable(PeerIdSchema) }),
  recordingStarted: inRoom({ recording: RunningRecordingSchema }),
  /** It was paused or goes on. */
  recordingChanged: inRoom({ recording: RunningRecordingSchema }),
  recordingStopped: inRoom({ recordingId: RecordingIdSchema, reason: StopReasonSchema }),
  /** For the one who is to answer, or has: null when nothing is being recorded. */
  consentChanged: v.strictObject({ consent: v.nullable(ConsentSchema) }),
  /** For moderators. Whoever becomes one is told all of it. */
  moderationChanged: v.strictObject({ change: ModerationChangeSchema }),
  /** In the lobby: one may `join` now. */
  admitted: EmptySchema,
  /** The next access token, well before the one in use ends. */
  tokenRefreshed: v.strictObject({ accessToken: token }),
  consumerClosed: v.strictObject({ consumerId: ConsumerIdSchema }),
  /** All that one had over WebRTC is gone, one's place in the room is not: `restartMedia`, and build it anew. */
  mediaLost: EmptySchema,
  /** Who leads the talk; null while nobody talks. At most five times a second. */
  activeSpeakerChanged: v.strictObject({ peerId: v.nullable(PeerIdSchema) }),
  /** To who only listens: who is heard in each slot of the stage, and null where nobody is. */
  slotsChanged: v.strictObject({ slots: listOf(v.nullable(PeerIdSchema), MAX_SLOTS) }),
  /** A draft did not become a phrase. `draftId` is null when the draft could not be read. */
  phraseRejected: v.strictObject({
    draftId: v.nullable(DraftIdSchema),
    code: ErrorCodeSchema,
    retryAfterMs: v.exactOptional(
      v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(600_000)),
    ),
  }),
  /** What the room's voice does; the last one counts. */
  speechChanged: v.strictObject({ speech: SpeechSchema }),
  /** To its author: a phrase was shown but not spoken. */
  phraseUnspoken: v.strictObject({ seq: PhraseSchema.entries.seq, reason: UnspokenReasonSchema }),
  /** To its author, at most twice a second: to how many phrases came, and were played. */
  phrasesHeard: v.strictObject({
    phrases: v.pipe(v.array(HeardBySchema), v.maxLength(PHRASE_HISTORY)),
  }),
  /** To those who follow phrases on the socket. */
  phraseSaid: v.strictObject({ phrase: PhraseSchema }),
  /** How far the finalizer is with a recording of this room, 0 to 1; for those who may see it. */
  recordingProgress: v.strictObject({
    recordingId: RecordingIdSchema,
    progress: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  }),
  /** The finalizer has written a recording of this room; for those who may see recordings. */
  recordingReady: v.strictObject({ recordingId: RecordingIdSchema }),
  /** To those who may see recordings: its files could not be made. What was captured is kept. */
  recordingFailed: v.strictObject({ recordingId: RecordingIdSchema }),
  /** To those who may record: the room was to be recorded by itself, and that could not begin. */
  autoRecordFailed: v.strictObject({ code: ErrorCodeSchema }),
  /** The last thing a client hears; the socket closes after it. */
  removed: v.strictObject({ code: ErrorCodeSchema }),
} as const;

/**
 * What no snapshot says again: told with a number, 1, 2, 3 ..., and told again to who comes back
 * without it.
 */
export const NEWS = [
  'consumerClosed',
  'mediaLost',
  'phraseRejected',
  'phraseUnspoken',
  'phrasesHeard',
  'recordingReady',
  'recordingFailed',
  'autoRecordFailed',
] as const satisfies readonly (keyof typeof serverNotifications)[];

export type ClientRequests = typeof clientRequests;
export type ClientRequestName = keyof ClientRequests;
export type ServerRequests = typeof serverRequests;
export type ServerNotifications = typeof serverNotifications;
export type ServerNotificationName = keyof ServerNotifications;

export type ClientToServerEvents = RequestEvents<ClientRequests>;
export type ServerToClientEvents = RequestEvents<ServerRequests> &
  NotificationEvents<ServerNotifications>;
