import type { InvitationId, PeerId, Role, RoomId } from '#protocol';
import type { Identity, OpenRooms } from '#server/session/ports.ts';

/** Two people who are recorded in every room. Roles and whom a room knows are as a test says. */
export class FakeOpenRooms implements OpenRooms {
  readonly roles = new Map<PeerId, Role>();
  readonly known = new Set<PeerId>();
  /** What was asked to be ended, in order. */
  readonly ended: { invitationId: InvitationId; except: PeerId | null }[] = [];

  status(): { peerCount: number; recording: boolean } {
    return { peerCount: 2, recording: true };
  }

  roleOf({ peerId, role }: Pick<Identity, 'roomId' | 'peerId' | 'role'>): Role {
    return this.roles.get(peerId) ?? role;
  }

  knows({ peerId }: { peerId: PeerId }): boolean {
    return this.known.has(peerId);
  }

  endAdmitted(_roomId: RoomId, invitationId: InvitationId, except: PeerId | null): void {
    this.ended.push({ invitationId, except });
  }
}
