import * as v from 'valibot';
import { PeerIdSchema } from './ids.ts';
import { MAX_PEERS, RoleSchema } from './people.ts';
import { ShownNameSchema } from './phrases.ts';
import { anyOf, int, listOf, timeMs } from './values.ts';

/** As many wait in a lobby; the next is told that there is no place. */
export const MAX_WAITING_GUESTS = 500;
/** As many bans of moderators are kept for a room; a new one takes the place of the oldest. */
export const MAX_BANS = 1_000;

/** Somebody who waits to be let in, the first to come first. */
export const GuestSchema = v.strictObject({
  peerId: PeerIdSchema,
  displayName: ShownNameSchema,
  role: RoleSchema,
  since: timeMs,
});
export type Guest = v.InferOutput<typeof GuestSchema>;

/** Somebody who was told not to come back. */
export const BanEntrySchema = v.strictObject({
  peerId: PeerIdSchema,
  displayName: ShownNameSchema,
  at: timeMs,
});
export type BanEntry = v.InferOutput<typeof BanEntrySchema>;

/** More than a year: no room is open for as long. */
const MAX_TALKED_MS = 4e10;

/** How long somebody's microphone brought speech, as the server measured it, while the room is open. */
export const TalkTimeSchema = v.strictObject({
  peerId: PeerIdSchema,
  talkedMs: int(0, MAX_TALKED_MS),
});
export type TalkTime = v.InferOutput<typeof TalkTimeSchema>;

const parts = {
  waiting: listOf(GuestSchema, MAX_WAITING_GUESTS),
  /** The newest first. */
  bans: listOf(BanEntrySchema, MAX_BANS),
  talkTimes: listOf(TalkTimeSchema, MAX_PEERS),
};

/** What moderators know beside what everybody knows. */
export const ModerationSchema = v.strictObject(parts);
export type Moderation = v.InferOutput<typeof ModerationSchema>;

/** What of it is given replaces what was; of talk times, those of the people who are named. */
export const ModerationChangeSchema = v.strictObject(anyOf(parts));
export type ModerationChange = v.InferOutput<typeof ModerationChangeSchema>;

/** Whom `callNext` brings: who waited longest, or who has talked least. */
export const CallOrderSchema = v.picklist(['first', 'leastTalked']);
export type CallOrder = v.InferOutput<typeof CallOrderSchema>;
