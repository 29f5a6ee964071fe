import * as v from 'valibot';
import { PeerIdSchema } from './ids.ts';
import { ShownNameSchema } from './phrases.ts';
import { anyOf, int, timeMs } from './values.ts';

/** In order of rights, the fullest first. */
export const ROLES = ['moderator', 'speaker', 'audience'] as const;
export const RoleSchema = v.picklist(ROLES);
export type Role = v.InferOutput<typeof RoleSchema>;

/** What a person may do in a room. Listening and reading come with entering it. */
export type Right =
  | 'speak'
  | 'sendPhrase'
  | 'record'
  | 'seeRecordings'
  | 'invite'
  | 'moderatePhrases'
  /** The stage, the order of a room and its settings. */
  | 'moderate';

const RIGHTS: Readonly<Record<Role, readonly Right[]>> = {
  moderator: [
    'speak',
    'sendPhrase',
    'record',
    'seeRecordings',
    'invite',
    'moderatePhrases',
    'moderate',
  ],
  speaker: ['speak', 'sendPhrase'],
  audience: [],
};

/**
 * The permission table: what is not listed is refused. The server enforces it; a client asks it
 * only for what to offer. Who may write follows from the room's settings too: see `mayWrite`.
 */
export function can(role: Role, right: Right): boolean {
  return RIGHTS[role].includes(right);
}

/** The most people that a server can be set to let into one room. */
export const MAX_PEERS = 10_000;

/** As many listeners are named at a time. */
export const AUDIENCE_PAGE = 50;
/** A place in the order of arrival. */
export const CursorSchema = int(0, 2 ** 32);

/** `none` until a microphone is connected, and for all who only listen. Muted ones send nothing to anyone. */
export const MicrophoneStateSchema = v.picklist(['none', 'muted', 'open']);
export type MicrophoneState = v.InferOutput<typeof MicrophoneStateSchema>;

/** A place in the queue of those who ask for the floor: the lowest number is next. */
export const HandSchema = v.strictObject({ number: int(1, 2 ** 32), raisedAt: timeMs });
export type Hand = v.InferOutput<typeof HandSchema>;

/** How often a moderator has muted somebody; opening a microphone says which of them one knows of. */
export const MutesSchema = int(0, 1e6);

/** What may change about a person in the room. */
const changeable = {
  displayName: ShownNameSchema,
  role: RoleSchema,
  microphone: MicrophoneStateSchema,
  /** Whether this person's voice and phrases go into the recording that is running. */
  recorded: v.boolean(),
  /** Their socket was lost moments ago; their place is kept, and their sound may well go on. */
  away: v.boolean(),
  hand: v.nullable(HandSchema),
  /** A moderator offers them the floor, and they have not answered yet. */
  offered: v.boolean(),
  /** Whether they may open their microphone themselves; of a listener, whether they could on stage. */
  mayUnmute: v.boolean(),
  mutes: MutesSchema,
};

/** As most are, who only listen: left out where a person is told of. */
const USUAL = {
  microphone: 'none',
  recorded: false,
  away: false,
  hand: null,
  offered: false,
  mayUnmute: true,
  mutes: 0,
} as const;

/** A person in the room, as the others see them. What is as usual may be left out. */
export const PeerInfoSchema = v.strictObject({
  peerId: PeerIdSchema,
  ...changeable,
  microphone: v.exactOptional(changeable.microphone, USUAL.microphone),
  recorded: v.exactOptional(changeable.recorded, USUAL.recorded),
  away: v.exactOptional(changeable.away, USUAL.away),
  hand: v.exactOptional(changeable.hand, USUAL.hand),
  offered: v.exactOptional(changeable.offered, USUAL.offered),
  mayUnmute: v.exactOptional(changeable.mayUnmute, USUAL.mayUnmute),
  mutes: v.exactOptional(changeable.mutes, USUAL.mutes),
});
export type PeerInfo = v.InferOutput<typeof PeerInfoSchema>;

/** Without what is as usual: in a room of hundreds that is most of it. */
export function briefly(peer: PeerInfo): v.InferInput<typeof PeerInfoSchema> {
  const unusual = Object.entries(peer).filter(
    ([key, value]) => USUAL[key as keyof typeof USUAL] !== value,
  );
  return Object.fromEntries(unusual) as v.InferInput<typeof PeerInfoSchema>;
}

/** What is different about a person: only that. */
export const PeerChangeSchema = v.strictObject({ peerId: PeerIdSchema, ...anyOf(changeable) });
export type PeerChange = v.InferOutput<typeof PeerChangeSchema>;

/**
 * Whether somebody who only listens is told of this person by name: who is on the stage, and who asks for it
 * or is offered it. The others are a number to them.
 */
export function isShownToAudience({
  role,
  hand,
  offered,
}: Pick<PeerInfo, 'role' | 'hand' | 'offered'>): boolean {
  return role !== 'audience' || hand !== null || offered;
}
