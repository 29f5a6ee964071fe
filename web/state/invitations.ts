import * as v from 'valibot';
import { RoomCreatedSchema, type RoomCreated } from '#protocol';

export type Invitations = RoomCreated['invitations'];

const KEY = 'cora:invitations:';

/** Keeps the links of a room that was created here for as long as this tab lives. */
export function keepInvitations(roomId: string, invitations: Invitations): void {
  try {
    globalThis.sessionStorage.setItem(KEY + roomId, JSON.stringify(invitations));
  } catch {
    // Storage may be forbidden; the links are still on screen.
  }
}

/** @returns null unless the room was created in this tab */
export function keptInvitations(roomId: string): Invitations | null {
  try {
    const kept: unknown = JSON.parse(globalThis.sessionStorage.getItem(KEY + roomId) ?? 'null');
    const result = v.safeParse(RoomCreatedSchema.entries.invitations, kept);
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}
