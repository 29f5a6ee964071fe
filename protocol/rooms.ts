import * as v from 'valibot';
import { PeerIdSchema, RoomIdSchema } from './ids.ts';
import { RtpCapabilitiesSchema } from './media.ts';
import { PhrasebookSchema } from './phrasebook.ts';
import { DisplayNameSchema, PHRASE_HISTORY, PhraseSchema, ShownNameSchema } from './phrases.ts';
import { ConsentSchema, RunningRecordingSchema } from './recordings.ts';
import { ApprovalSchema, SpeechSchema, VoicesSchema } from './speech.ts';
import { plainText, shownText } from './text.ts';
import { int, listOf, text, timeMs, token } from './values.ts';

/** In order of rights, the fullest first. */
export const ROLES = ['moderator', 'speaker', 'audience'] as const;
export const RoleSchema = v.picklist(ROLES);
export type Role = v.InferOutput<typeof RoleSchema>;

/** What a person may do in a room. Listening and reading come with entering it. */
export type Right =
  'speak' | 'sendPhrase' | 'record' | 'seeRecordings' | 'invite' | 'moderatePhrases';

const RIGHTS: Readonly<Record<Role, readonly Right[]>> = {
  moderator: ['speak', 'sendPhrase', 'record', 'seeRecordings', 'invite', 'moderatePhrases'],
  speaker: ['speak', 'sendPhrase'],
  audience: [],
};

/**
 * The permission table: what is not listed is refused. The server enforces it; a client asks it
 * only for what to offer.
 */
export function can(role: Role, right: Right): boolean {
  return RIGHTS[role].includes(right);
}

/** The most people that a server can be set to let into one room. */
export const MAX_PEERS = 10_000;

const ROOM_NAME_MAX_UNITS = 300;
export const RoomNameSchema = plainText(60, ROOM_NAME_MAX_UNITS);
const ShownRoomNameSchema = shownText(ROOM_NAME_MAX_UNITS);

/** `none` until a microphone is connected, and for all who only listen. Muted ones send nothing to anyone. */
export const MicrophoneStateSchema = v.picklist(['none', 'muted', 'open']);
export type MicrophoneState = v.InferOutput<typeof MicrophoneStateSchema>;

/** How a room was made; signed into its links. */
export const RoomSettingsSchema = v.strictObject({
  /** Whether somebody who comes in while it is recorded is asked, or must agree to come in. */
  consent: v.exactOptional(v.picklist(['ask', 'required']), 'ask'),
  /** Whether recording begins by itself with the first microphone. */
  autoRecord: v.exactOptional(v.boolean(), false),
  /** Whose phrases a moderator lets through before they are spoken. */
  approval: v.exactOptional(ApprovalSchema, 'none'),
  /** Whether authors are told the names of those who heard their phrases. */
  namedReceipts: v.exactOptional(v.boolean(), false),
});
export type RoomSettings = v.InferOutput<typeof RoomSettingsSchema>;

/** A person in the room, as the others see them. */
export const PeerInfoSchema = v.strictObject({
  peerId: PeerIdSchema,
  displayName: ShownNameSchema,
  role: RoleSchema,
  microphone: MicrophoneStateSchema,
  /** Whether this person's voice and phrases go into the recording that is running. */
  recorded: v.boolean(),
  /** Their socket was lost moments ago; their place is kept, and their sound may well go on. */
  away: v.boolean(),
});
export type PeerInfo = v.InferOutput<typeof PeerInfoSchema>;

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
  you: PeerIdSchema,
  peers: listOf(PeerInfoSchema, MAX_PEERS),
  /** The last PHRASE_HISTORY of them, oldest first. */
  phrases: listOf(PhraseSchema, PHRASE_HISTORY),
  /** Another one means that the numbers of the phrases began anew. */
  logId: text(36),
  speech: SpeechSchema,
  voices: VoicesSchema,
  recording: v.nullable(RunningRecordingSchema),
  /** One's own; null when nothing is recorded, or nothing of one's own could be. */
  consent: v.nullable(ConsentSchema),
  routerRtpCapabilities: RtpCapabilitiesSchema,
  /** Shown with the next handshake, should the socket be lost: good once. */
  resumeToken: ResumeTokenSchema,
  /** Whether one's place was kept: what was built over WebRTC still stands. */
  resumed: v.boolean(),
  /** Milliseconds since 1970, so that a client can show recording time by the server's clock. */
  serverTime: timeMs,
});
export type RoomSnapshot = v.InferOutput<typeof RoomSnapshotSchema>;

/** `POST /api/rooms` */
export const CreateRoomSchema = v.strictObject({
  roomName: RoomNameSchema,
  settings: v.exactOptional(RoomSettingsSchema, {}),
  /** Phrases for everybody in the room to say. */
  phrasebook: v.exactOptional(PhrasebookSchema),
});
export type CreateRoom = v.InferOutput<typeof CreateRoomSchema>;

/**
 * Answer of `POST /api/rooms`, and of `POST /api/rooms/:roomId/invitations` asked with a moderator's
 * invitation: one invitation a role, each a signed token for a link's fragment. Links are signed, not
 * stored, so that a moderator can always make them anew.
 */
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

/** Answer of `GET /api/rooms/:roomId`, asked with an invitation as bearer token. */
export const RoomInfoSchema = v.strictObject({
  roomId: RoomIdSchema,
  roomName: ShownRoomNameSchema,
  role: RoleSchema,
  peerCount: int(0, MAX_PEERS),
  recording: v.boolean(),
  settings: RoomSettingsSchema,
});
export type RoomInfo = v.InferOutput<typeof RoomInfoSchema>;

/** `POST /api/rooms/:roomId/peers`, asked with an invitation as bearer token: who one is in the room. */
export const EnterRoomSchema = v.strictObject({ displayName: DisplayNameSchema });
export type EnterRoom = v.InferOutput<typeof EnterRoomSchema>;

/** A peer's access token, good for the socket and for the recordings that the role may see. */
export const EnteredSchema = v.strictObject({
  accessToken: token,
  peerId: PeerIdSchema,
  role: RoleSchema,
  roomName: ShownRoomNameSchema,
});
export type Entered = v.InferOutput<typeof EnteredSchema>;
