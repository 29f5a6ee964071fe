import * as v from 'valibot';
import { InvitationIdSchema } from './ids.ts';
import { MAX_PEERS, RoleSchema } from './people.ts';
import { plainText, shownText } from './text.ts';
import { count, int, listOf, timeMs, token } from './values.ts';

const LABEL_MAX_UNITS = 200;
const LABEL_MAX_GRAPHEMES = 60;
/** Days. A room is there for as long as there is an invitation to it. */
export const INVITATION_MAX_DAYS = 365;
export const INVITATION_DEFAULT_DAYS = 90;
/** As many of a room may be good at once. */
export const MAX_INVITATIONS = 200;

/** `POST /api/rooms/:roomId/invitations`, asked by a moderator. */
export const CreateInvitationSchema = v.strictObject({
  role: RoleSchema,
  /** Whom or what it is for, for moderators to tell them apart. */
  label: v.exactOptional(plainText(LABEL_MAX_GRAPHEMES, LABEL_MAX_UNITS)),
  /** Hours until it ends. */
  validHours: v.exactOptional(int(1, INVITATION_MAX_DAYS * 24), INVITATION_DEFAULT_DAYS * 24),
  /** How many people may come in with it; null for any number. */
  maxUses: v.exactOptional(v.nullable(int(1, MAX_PEERS)), null),
});
export type CreateInvitation = v.InferOutput<typeof CreateInvitationSchema>;

/** A way into a room, as its moderators see it. */
export const InvitationInfoSchema = v.strictObject({
  invitationId: InvitationIdSchema,
  role: RoleSchema,
  /** Empty where it has none. */
  label: shownText(LABEL_MAX_UNITS),
  createdAt: timeMs,
  expiresAt: timeMs,
  maxUses: v.nullable(int(1, MAX_PEERS)),
  /** How many people asked to enter with it, those included who were turned away then. */
  uses: count,
  revokedAt: v.nullable(timeMs),
  /**
   * For a link's fragment; null once it is of no use, revoked or expired, and where it is a moderator's
   * and not shown to who asks, whose own invitation is none.
   */
  token: v.nullable(token),
});
export type InvitationInfo = v.InferOutput<typeof InvitationInfoSchema>;

/** Answer of `GET /api/rooms/:roomId/invitations`: the newest first, for a while also those that ended. */
export const InvitationListSchema = v.strictObject({
  invitations: listOf(InvitationInfoSchema, 1_000),
});
export type InvitationList = v.InferOutput<typeof InvitationListSchema>;

/** `POST /api/rooms/:roomId/invitations/:invitationId/revoke`; answered with the invitation as it is then. */
export const RevokeInvitationSchema = v.strictObject({
  /** Whether those it let in are taken out of the room, but for who asks. */
  endAdmitted: v.exactOptional(v.boolean(), false),
});
export type RevokeInvitation = v.InferOutput<typeof RevokeInvitationSchema>;
