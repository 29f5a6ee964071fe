import { createHash, createHmac, randomBytes } from 'node:crypto';
import type {
  ConnectionTestId,
  InvitationId,
  PeerId,
  RecordingId,
  RoomId,
  ShareId,
} from '#protocol';

const random = (bytes: number) => randomBytes(bytes).toString('base64url');

/** 72 bits: unguessable beside a signed token, short enough to read out. */
export const makeRoomId = () => random(9) as RoomId;
export const makePeerId = () => random(9) as PeerId;
/**
 * Whoever has the same key is the same person in a room, and in each room another (144 bits): who
 * sees somebody's id learns neither their key nor where else they are.
 */
export const peerIdOf = (roomId: RoomId, personKey: string) =>
  createHash('sha256')
    .update(`cora/peer ${roomId} ${personKey}`)
    .digest('base64url')
    .slice(0, 24) as PeerId;
/** 96 bits. It names an invitation in its token, and in the address that revokes it. */
export const makeInvitationId = () => random(12) as InvitationId;
/** 72 bits, for some seconds. */
export const makeConnectionTestId = () => random(9) as ConnectionTestId;
/** 128 bits: it stands in addresses and names folders. */
export const makeRecordingId = () => random(16) as RecordingId;
/** 128 bits. It names a share in a signed token, and in the address that revokes it. */
export const makeShareId = () => random(16) as ShareId;
/** 192 bits: who shows it is given somebody's place in a room. */
export const makeResumeToken = () => random(24);
/** Tells one opening of a room from another: it names where the numbers of its phrases begin. */
export const makeLogId = () => random(9);

const relayNameKey = randomBytes(32);
/** Names nobody: who reads the log of a TURN server learns no address from it. */
export const relayNameOf = (address: string, slot: number) =>
  createHmac('sha256', relayNameKey)
    .update(`${address} ${String(slot)}`)
    .digest('base64url')
    .slice(0, 12);
