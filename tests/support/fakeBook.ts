import {
  MAX_INVITATIONS,
  ProtocolError,
  type InvitationId,
  type PeerId,
  type RoomId,
} from '#protocol';
import {
  isGood,
  requireGood,
  type NewInvitation,
  type StoredInvitation,
} from '#server/domain/invitations.ts';
import type { Clock, RoomBook, RoomRecord } from '#server/session/ports.ts';
import { randomBytes } from 'node:crypto';

interface Kept {
  record: RoomRecord;
  /** The oldest first. */
  invitations: { made: NewInvitation; revokedAt: number | null; people: Set<PeerId> }[];
}

type Time = Pick<Clock, 'wallMs'>;

let made = 0;

/** As a browser makes one, another each time. */
export const makePersonKey = () => randomBytes(24).toString('base64url');

/** A good one, another each time, to change one thing of. Pass it `createdAt` where the test's clock matters. */
export function newInvitation(change: Partial<NewInvitation> = {}): NewInvitation {
  made += 1;
  return {
    invitationId: `invitation-${String(made).padStart(4, '0')}` as InvitationId,
    role: 'speaker',
    label: '',
    createdAt: 0,
    expiresAt: 4_000_000_000_000,
    maxUses: null,
    ...change,
  };
}

/** Keeps rooms and the ways into them in memory. Told to fail, it writes nothing. */
export class FakeBook implements RoomBook {
  readonly kept: Map<RoomId, Kept>;
  readonly #clock: Time;
  fails = false;

  constructor(clock: Time, kept = new Map<RoomId, Kept>()) {
    this.#clock = clock;
    this.kept = kept;
  }

  /** What a server finds that starts now, whatever became of this one. */
  afterRestart(): FakeBook {
    return new FakeBook(this.#clock, structuredClone(this.kept));
  }

  create(record: RoomRecord, invitations: readonly NewInvitation[]): void {
    this.#write();
    if (this.kept.has(record.roomId)) throw new ProtocolError('STORAGE_FAILED', 'it is there');
    const kept: Kept = { record, invitations: [] };
    for (const one of invitations) add(kept, one);
    this.kept.set(record.roomId, kept);
  }

  find(roomId: RoomId): RoomRecord | null {
    return this.kept.get(roomId)?.record ?? null;
  }

  put(record: RoomRecord): void {
    this.#write();
    const kept = this.kept.get(record.roomId);
    if (kept) kept.record = record;
  }

  invite(roomId: RoomId, invitation: NewInvitation): void {
    this.#write();
    const kept = this.kept.get(roomId);
    if (!kept) throw new ProtocolError('NOT_FOUND', 'no such room');
    const nowMs = this.#clock.wallMs();
    const good = this.invitations(roomId).filter((one) => isGood(one, nowMs));
    if (good.length >= MAX_INVITATIONS) {
      throw new ProtocolError('LIMIT_REACHED', 'too many invitations are good');
    }
    add(kept, invitation);
  }

  invitations(roomId: RoomId): StoredInvitation[] {
    const kept = this.kept.get(roomId)?.invitations ?? [];
    return kept
      .map(({ made, revokedAt, people }) => ({ ...made, revokedAt, uses: people.size }))
      .toReversed();
  }

  invitation(roomId: RoomId, invitationId: InvitationId): StoredInvitation | null {
    return this.invitations(roomId).find((one) => one.invitationId === invitationId) ?? null;
  }

  use(roomId: RoomId, invitationId: InvitationId, peerId: PeerId): void {
    this.#write();
    const invitation = this.invitation(roomId, invitationId);
    requireGood(invitation, this.#clock.wallMs());
    const people = this.#kept(roomId, invitationId)?.people;
    if (!people || people.has(peerId)) return;
    if (invitation.maxUses !== null && people.size >= invitation.maxUses) {
      throw new ProtocolError('INVITATION_USED', 'as many as it is for have come in with it');
    }
    people.add(peerId);
  }

  revoke(roomId: RoomId, invitationId: InvitationId): StoredInvitation | null {
    this.#write();
    const kept = this.#kept(roomId, invitationId);
    if (kept) kept.revokedAt ??= this.#clock.wallMs();
    return this.invitation(roomId, invitationId);
  }

  #kept(roomId: RoomId, invitationId: InvitationId) {
    const { invitations } = this.kept.get(roomId) ?? { invitations: [] };
    return invitations.find(({ made }) => made.invitationId === invitationId);
  }

  #write(): void {
    if (this.fails) throw new ProtocolError('STORAGE_FAILED', 'the book cannot be written');
  }
}

function add(kept: Kept, made: NewInvitation): void {
  kept.invitations.push({ made, revokedAt: null, people: new Set() });
}
