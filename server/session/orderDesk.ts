import {
  INVITATION_MAX_DAYS,
  ProtocolError,
  ROLES,
  type InvitationId,
  type PeerId,
  type SettingsChange,
} from '#protocol';
import { requireOtherKey } from '../domain/invitations.ts';
import type { Room } from '../domain/room.ts';
import type { Attendance } from './attendance.ts';
import type { Lobby } from './lobby.ts';
import type { ModerationNews } from './moderationNews.ts';
import type { PeerSession } from './peerSession.ts';
import type { BanBook, Clock, Identity, Log, RoomBook } from './ports.ts';
import type { RecordingDesk } from './recordingDesk.ts';

/** Whoever was taken out does not come back the same moment. */
const KICK_MS = 60_000;
/** As long as any invitation lasts. */
const BAN_MS = INVITATION_MAX_DAYS * 24 * 60 * 60_000;
/** Of so many who were here it is known who they were. */
const MAX_VISITORS = 5_000;

type Visitor = Pick<Identity, 'peerId' | 'displayName' | 'role' | 'invitationId'>;

interface Options {
  readonly room: Room;
  readonly people: Attendance;
  readonly lobby: Lobby;
  readonly moderation: ModerationNews;
  readonly recording: RecordingDesk;
  readonly bans: BanBook;
  readonly book: RoomBook;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who is let into a room and who is taken out of it, and how the room is set. */
export class OrderDesk {
  readonly #options: Options;
  readonly #visitors = new Map<PeerId, Visitor>();
  /** Those that ended with everybody whom they let in. */
  readonly #ended = new Set<InvitationId>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Somebody is at the door or comes in: they can be banned from here on, also when they have left. */
  sees({ identity }: PeerSession): void {
    this.#visitors.delete(identity.peerId);
    this.#visitors.set(identity.peerId, identity);
    const [oldest] = this.#visitors.keys();
    if (this.#visitors.size > MAX_VISITORS && oldest) this.#visitors.delete(oldest);
  }

  /** @throws ProtocolError NOT_FOUND, or WRONG_STATE for oneself */
  kick(by: PeerSession, peerId: PeerId): void {
    const { room, people } = this.#options;
    room.find(peerId);
    requireOther(by, peerId);
    this.#keepOut(peerId, 'KICKED', KICK_MS);
    this.#forgetPrivileges(peerId);
    people.of(peerId)?.remove('KICKED');
  }

  /** @throws ProtocolError NOT_FOUND for who was never here, WRONG_STATE for oneself or the last way in of moderators */
  ban(
    by: PeerSession,
    peerId: PeerId,
    { revokeInvitation = false }: { revokeInvitation?: boolean } = {},
  ): void {
    const { people, lobby, moderation } = this.#options;
    const visitor = this.#visitors.get(peerId);
    if (!visitor) throw new ProtocolError('NOT_FOUND', 'nobody of that name was here');
    requireOther(by, peerId);
    if (revokeInvitation) this.#revoke(visitor.invitationId);
    this.#keepOut(peerId, 'BANNED', BAN_MS);
    this.#forgetPrivileges(peerId);
    people.of(peerId)?.remove('BANNED');
    lobby.of(peerId)?.remove('BANNED');
    moderation.bansChanged();
  }

  unban(peerId: PeerId): void {
    const { bans, room, moderation } = this.#options;
    bans.lift(room.roomId, peerId);
    moderation.bansChanged();
  }

  /** @throws ProtocolError NOT_FOUND */
  admit(peerId: PeerId): void {
    this.#letIn(this.#options.lobby.find(peerId));
  }

  admitAll(): void {
    for (const session of this.#options.lobby.sessions) this.#letIn(session);
  }

  /** @throws ProtocolError NOT_FOUND */
  turnAway(peerId: PeerId): void {
    this.#options.lobby.find(peerId).remove('TURNED_AWAY');
  }

  /** @throws ProtocolError STORAGE_FAILED: then nothing is changed */
  changeSettings(change: SettingsChange): void {
    const { room, book, people, recording } = this.#options;
    book.put({ roomId: room.roomId, ...room.settingsAfter(change) });
    const events = room.changeSettings(change);
    recording.keepAnswers(events);
    people.publish(events);
    if (!room.settings.lobby) this.admitAll();
  }

  /** Takes everybody out who came with an invitation, but for one, and forgets that they were here. */
  endAdmitted(invitationId: InvitationId, except: PeerId | null): void {
    const { room, people, lobby } = this.#options;
    this.#ended.add(invitationId);
    for (const visitor of this.#visitors.values()) {
      if (visitor.invitationId !== invitationId || visitor.peerId === except) continue;
      room.standings.change(visitor.peerId, { isKnown: false });
      people.of(visitor.peerId)?.remove('INVITATION_REVOKED');
      lobby.of(visitor.peerId)?.remove('INVITATION_REVOKED');
    }
  }

  /** Whether somebody who was in comes back although their invitation lets nobody new in. */
  takesBack({ peerId, invitationId }: Visitor): boolean {
    return this.#options.room.standings.of(peerId).isKnown && !this.#ended.has(invitationId);
  }

  #letIn(session: PeerSession): void {
    this.#options.room.standings.change(session.peerId, { isKnown: true });
    session.admit();
  }

  #keepOut(peerId: PeerId, code: 'KICKED' | 'BANNED', lastsMs: number): void {
    const { bans, room, clock, log } = this.#options;
    const atMs = clock.wallMs();
    const displayName = this.#visitors.get(peerId)?.displayName ?? '';
    bans.ban({ roomId: room.roomId, peerId, displayName, atMs, untilMs: atMs + lastsMs, code });
    log.info({ roomId: room.roomId, peerId, code }, 'peer kept out');
  }

  /** What a moderator gave them is gone; what one took from them stays taken. */
  #forgetPrivileges(peerId: PeerId): void {
    const { room, people } = this.#options;
    people.publish(room.host.deposed(peerId));
    const invited = this.#visitors.get(peerId)?.role ?? 'audience';
    const { role } = room.standings.of(peerId);
    const isGift = role !== null && ROLES.indexOf(role) < ROLES.indexOf(invited);
    room.standings.change(peerId, { isKnown: false, ...(isGift && { role: null }) });
  }

  #revoke(invitationId: InvitationId): void {
    const { book, room, clock } = this.#options;
    requireOtherKey(book.invitations(room.roomId), invitationId, clock.wallMs());
    book.revoke(room.roomId, invitationId);
  }
}

function requireOther(by: PeerSession, peerId: PeerId): void {
  if (by.peerId === peerId) throw new ProtocolError('WRONG_STATE', 'that is oneself');
}
