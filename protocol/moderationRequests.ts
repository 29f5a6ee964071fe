import * as v from 'valibot';
import { EmptySchema, request } from './contract.ts';
import { PeerIdSchema } from './ids.ts';
import { CallOrderSchema } from './moderation.ts';
import { RoleSchema } from './people.ts';
import { SettingsChangeSchema } from './settings.ts';

const ofPeer = v.strictObject({ peerId: PeerIdSchema });

/** What a client asks about the stage and the order of a room; part of `clientRequests`. */
export const moderationRequests = {
  /** Asks for the floor. Without effect when one has asked already. */
  raiseHand: request(EmptySchema),
  /** Takes that back, or an offer of the floor that one has not answered. */
  lowerHand: request(EmptySchema),
  /**
   * Answers an offer of the floor, WRONG_STATE where there is none. A yes brings a listener on stage,
   * and lets who is there open their microphone; the microphone itself only its owner opens.
   */
  answerFloor: request(v.strictObject({ accept: v.boolean() })),
  /** Offers somebody the floor, hand raised or not. ROOM_FULL when the stage is. */
  giveFloor: request(ofPeer),
  /** Offers it to the next of those whose hand is raised; null when nobody's is. */
  callNext: request(
    v.strictObject({ order: CallOrderSchema }),
    v.strictObject({ peerId: v.nullable(PeerIdSchema) }),
  ),
  /** Lowers somebody's hand, and takes an offer of the floor back. */
  lowerHandOf: request(ofPeer),
  /**
   * Gives somebody in the room another role, for as long as they and the room are here. A listener
   * comes to speak by `giveFloor` only, which asks them. WRONG_STATE where it would leave no moderator.
   */
  setRole: request(v.strictObject({ peerId: PeerIdSchema, role: RoleSchema })),
  /** Makes somebody the moderator who holds the room. One stays a moderator oneself. */
  handOver: request(ofPeer),
  mutePeer: request(ofPeer),
  /** Mutes everybody but oneself. */
  muteOthers: request(EmptySchema),
  /** Takes somebody out of the room. They may come in again, as any newcomer, and as what they came as. */
  kick: request(ofPeer),
  /** Takes somebody out of the room for good. Also one who waits, or was here and has left. */
  ban: request(
    v.strictObject({
      peerId: PeerIdSchema,
      /** Whether the invitation they came with ends too: nobody else comes in with it. */
      revokeInvitation: v.exactOptional(v.boolean()),
    }),
  ),
  unban: request(ofPeer),
  /** Lets somebody in who waits. */
  admit: request(ofPeer),
  admitAll: request(EmptySchema),
  /** Sends somebody away who waits. */
  turnAway: request(ofPeer),
  changeSettings: request(SettingsChangeSchema),
} as const;

export type ModerationRequests = typeof moderationRequests;
