import * as v from 'valibot';
import { MAX_PEERS, type Role } from './people.ts';
import { LanguageTagSchema } from './phrases.ts';
import { ApprovalSchema } from './speech.ts';
import { plainText, shownText } from './text.ts';
import { anyOf, int } from './values.ts';

const ROOM_NAME_MAX_UNITS = 300;
export const RoomNameSchema = plainText(60, ROOM_NAME_MAX_UNITS);
export const ShownRoomNameSchema = shownText(ROOM_NAME_MAX_UNITS);

/** How many of a role there may be at once; null for as many as the server takes. */
const places = v.exactOptional(v.nullable(int(0, MAX_PEERS)), null);
export const CapacitySchema = v.strictObject({
  moderator: v.exactOptional(v.nullable(int(1, MAX_PEERS)), null),
  speaker: places,
  audience: places,
});
const CapacityChangeSchema = v.strictObject(
  anyOf({
    moderator: v.nullable(int(1, MAX_PEERS)),
    speaker: v.nullable(int(0, MAX_PEERS)),
    audience: v.nullable(int(0, MAX_PEERS)),
  }),
);
export type Capacity = v.InferOutput<typeof CapacitySchema>;

/** Who may send phrases: all who are in, those on stage, or moderators alone. */
export const WritersSchema = v.picklist(['everyone', 'stage', 'moderators']);
export type Writers = v.InferOutput<typeof WritersSchema>;

/**
 * How sound is packed for who only listens. `prompt` sends each 20 ms by itself, `thrifty` three of them
 * together: a third of the packets for 40 ms more of delay. `automatic` goes by how many listen.
 */
export const AudienceSoundSchema = v.picklist(['automatic', 'prompt', 'thrifty']);
export type AudienceSound = v.InferOutput<typeof AudienceSoundSchema>;

/** What a moderator may change while the room runs. */
const changeable = {
  /** What the room speaks (RFC 5646), for whoever has not chosen; null where nobody said. */
  language: v.nullable(LanguageTagSchema),
  capacity: CapacitySchema,
  phrases: WritersSchema,
  /** Whether who comes in does so muted; who is given the floor begins as they like. */
  entryMuted: v.boolean(),
  /** Whether people may open their own microphones, or need the floor for it. */
  selfUnmute: v.boolean(),
  /** Whether newcomers wait until a moderator lets them in. */
  lobby: v.boolean(),
  /** Whether newcomers are refused. Over when everybody has left. */
  locked: v.boolean(),
  audienceSound: AudienceSoundSchema,
};

/** How a room is, for as long as there are invitations to it. */
export const RoomSettingsSchema = v.strictObject({
  /** Whether somebody who comes in while it is recorded is asked, or must agree to come in. */
  consent: v.exactOptional(v.picklist(['ask', 'required']), 'ask'),
  /** Whether recording begins by itself with the first microphone. */
  autoRecord: v.exactOptional(v.boolean(), false),
  /** Whose phrases a moderator lets through before they are spoken. */
  approval: v.exactOptional(ApprovalSchema, 'none'),
  /** Whether authors are told the names of those who heard their phrases. */
  namedReceipts: v.exactOptional(v.boolean(), false),
  language: v.exactOptional(changeable.language, null),
  capacity: v.exactOptional(changeable.capacity, {}),
  phrases: v.exactOptional(changeable.phrases, 'stage'),
  entryMuted: v.exactOptional(changeable.entryMuted, false),
  selfUnmute: v.exactOptional(changeable.selfUnmute, true),
  lobby: v.exactOptional(changeable.lobby, false),
  locked: v.exactOptional(changeable.locked, false),
  audienceSound: v.exactOptional(changeable.audienceSound, 'automatic'),
});
export type RoomSettings = v.InferOutput<typeof RoomSettingsSchema>;

/** What a moderator changes: what is not named stays. */
export const SettingsChangeSchema = v.strictObject(
  anyOf({ roomName: RoomNameSchema, ...changeable, capacity: CapacityChangeSchema }),
);
export type SettingsChange = v.InferOutput<typeof SettingsChangeSchema>;

/** Whether somebody of that role may send phrases in a room that is set so. */
export function mayWrite(role: Role, { phrases }: Pick<RoomSettings, 'phrases'>): boolean {
  if (phrases === 'everyone') return true;
  return role === 'moderator' || (phrases === 'stage' && role === 'speaker');
}
