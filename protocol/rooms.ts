import * as v from 'valibot';
import { OriginSchema } from './errors.ts';
import { PeerIdSchema, RoomIdSchema } from './ids.ts';
import { ListeningSchema, MAX_SLOTS, RtpCapabilitiesSchema } from './media.ts';
import { ModerationSchema } from './moderation.ts';
import { MAX_PEERS, PeerInfoSchema, RoleSchema } from './people.ts';
import { PhrasebookSchema } from './phrasebook.ts';
import { DisplayNameSchema, PHRASE_HISTORY, PhraseSchema } from './phrases.ts';
import { ConsentSchema, RunningRecordingSchema } from './recordings.ts';
import { RoomNameSchema, RoomSettingsSchema, ShownRoomNameSchema } from './settings.ts';
import { SpeechSchema, VoicesSchema } from './speech.ts';
import { int, listOf, text, timeMs, token } from './values.ts';

/** Random; 24 bytes of base64url (RFC 4648 section 5). */
const ResumeTokenSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{32}$/));

/** In the handshake of somebody who was in the room moments ago, beside the access token. */
export const ResumeSchema = v.strictObject({
  token: ResumeTokenSchema,
  /** The number of the last piece of news that came; 0 when none did. */
  receivedNews: int(0, Number.MAX_SAFE_INTEGER),
});
export type Resume = v.InferOutput<typeof ResumeSchema>;

/**
 * The number of the last change to the room's state. Every notification about the room carries the
 * next one; a client that sees a gap joins again.
 */
export const RevisionSchema = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(0),
  v.maxValue(Number.MAX_SAFE_INTEGER),
);

/** Everything a newcomer needs, at one revision. */
export const RoomSnapshotSchema = v.strictObject({
  revision: RevisionSchema,
  roomId: RoomIdSchema,
  roomName: ShownRoomNameSchema,
  settings: RoomSettingsSchema,
  /** The moderator who holds the room; null while there is none. */
  host: v.nullable(PeerIdSchema),
  you: PeerIdSchema,
  /** Everybody; for who only listens, oneself and whom `isShownToAudience` says. */
  peers: listOf(PeerInfoSchema, MAX_PEERS),
  /** How many only listen. */
  audience: int(0, MAX_PEERS),
  /** Who is heard in each slot of the stage. */
  slots: listOf(v.nullable(PeerIdSchema), MAX_SLOTS),
  /** The last PHRASE_HISTORY of them, oldest first. */
  phrases: listOf(PhraseSchema, PHRASE_HISTORY),
  /** Another one means that the numbers of the phrases began anew. */
  logId: text(36),
  speech: SpeechSchema,
  voices: VoicesSchema,
  recording: v.nullable(RunningRecordingSchema),
  /** One's own; null when nothing is recorded, or nothing of one's own could be. */
  consent: v.nullable(ConsentSchema),
  /** For moderators; null for the others. */
  moderation: v.nullable(ModerationSchema),
  /** Left out where `join` brought what one can decode: who does that knows them. */
  routerRtpCapabilities: v.exactOptional(RtpCapabilitiesSchema),
  /** One's way in, where `join` asked for it. */
  listening: v.exactOptional(ListeningSchema),
  /** Shown with the next handshake, should the socket be lost: good once. */
  resumeToken: ResumeTokenSchema,
  /** Whether one's place was kept: what was built over WebRTC still stands. */
  resumed: v.boolean(),
  /** Milliseconds since 1970, so that a client can show recording time by the server's clock. */
  serverTime: timeMs,
});
export type RoomSnapshot = v.InferOutput<typeof RoomSnapshotSchema>;
/** As the server writes it. */
export type SentSnapshot = v.InferInput<typeof RoomSnapshotSchema>;

/** `POST /api/rooms` */
export const CreateRoomSchema = v.strictObject({
  roomName: RoomNameSchema,
  settings: v.exactOptional(RoomSettingsSchema, {}),
  /** Phrases for everybody in the room to say. */
  phrasebook: v.exactOptional(PhrasebookSchema),
});
export type CreateRoom = v.InferOutput<typeof CreateRoomSchema>;

/** Answer of `POST /api/rooms`: a first invitation a role, each a signed token for a link's fragment. */
export const RoomCreatedSchema = v.strictObject({
  roomId: RoomIdSchema,
  roomName: ShownRoomNameSchema,
  invitations: v.strictObject({
    moderator: token,
    speaker: token,
    audience: token,
  }),
});
export type RoomCreated = v.InferOutput<typeof RoomCreatedSchema>;

/** More servers than share their rooms through one Redis. */
export const MAX_SERVERS = 64;

/** Answer of `GET /api/rooms/:roomId`, asked with an invitation as bearer token. */
export const RoomInfoSchema = v.strictObject({
  roomId: RoomIdSchema,
  roomName: ShownRoomNameSchema,
  role: RoleSchema,
  peerCount: int(0, MAX_PEERS),
  recording: v.boolean(),
  settings: RoomSettingsSchema,
  /** Origins of other servers, to be asked where this one falls silent. */
  servers: v.exactOptional(listOf(OriginSchema, MAX_SERVERS)),
});
export type RoomInfo = v.InferOutput<typeof RoomInfoSchema>;

/** Random; 24 bytes of base64url (RFC 4648 section 5), made and kept by a browser. */
export const PersonKeySchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{32}$/));

/** `POST /api/rooms/:roomId/peers`, asked with an invitation as bearer token: who one is in the room. */
export const EnterRoomSchema = v.strictObject({
  displayName: DisplayNameSchema,
  /**
   * A secret of the person's own, by which a room knows them again: whoever enters with the same one is
   * the same person there, in one row, and out of it where they were banned. Without one it is somebody new.
   */
  personKey: v.exactOptional(PersonKeySchema),
});
export type EnterRoom = v.InferOutput<typeof EnterRoomSchema>;

/**
 * A peer's access token, good for minutes: for the socket, which brings the next one with
 * `tokenRefreshed`, and for what the role may do over HTTP. `role` is the invitation's; a moderator of
 * the room may have given another.
 */
export const EnteredSchema = v.strictObject({
  accessToken: token,
  peerId: PeerIdSchema,
  role: RoleSchema,
  roomName: ShownRoomNameSchema,
  /** What this server routes: with it a client is ready to `listen` before it joins. */
  routerRtpCapabilities: RtpCapabilitiesSchema,
});
export type Entered = v.InferOutput<typeof EnteredSchema>;
