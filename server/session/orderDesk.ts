import { ProtocolError, type InvitationId, type PeerId, type SettingsChange } from '#protocol';
import { MODERATOR_BAN_MS } from '../domain/bans.ts';
import { requireOtherKey } from '../domain/invitations.ts';
import type { Room } from '../domain/room.ts';
import { withoutGifts } from '../domain/standings.ts';
import type { Attendance } from './attendance.ts';
import type { Lobby } from './lobby.ts';
import type { ModerationNews } from './moderationNews.ts';
import type { PeerSession } from './peerSession.ts';
import type { PhraseDesk } from './phraseDesk.ts';
import type { BanBook, Clock, Identity, Log, MediaRoom, RoomBook } from './ports.ts';
import type { RecordingDesk } from './recordingDesk.ts';

/** Whoever was taken out does not come back the same moment. */
const KICK_MS = 60_000;
/** Of so many who were here it is known who they were. */
const MAX_VISITORS = 5_000;

type Visitor = Pick<Identity, 'peerId' | 'displayName' | 'role' | 'invitationId'>;

interface BanOptions {
  readonly revokeInvitation?: boolean;
}

interface Options {
  readonly room: Room;
  readonly people: Attendance;
  readonly lobby: Lobby;
  readonly moderation: ModerationNews;
  readonly recording: RecordingDesk;
  readonly phrases: PhraseDesk;
  readonly bans: BanBook;
  readonly book: RoomBook;
  /** The media side of this moment. */
  readonly media: () => MediaRoom;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who is let into a room and who is taken out of it, and how the room is set. */
export class OrderDesk {
  readonly #options: Options;
  readonly #visitors = new Map<PeerId, Visitor>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Somebody comes in: they can be banned from here on, also when they have left. */
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
    const visitor = this.#identityOf(peerId);
    if (visitor) this.#keepOut(visitor, 'KICKED', KICK_MS);
    this.#forgetPrivileges(peerId);
    people.of(peerId)?.remove('KICKED');
  }

  /** @throws ProtocolError NOT_FOUND for who was never here, WRONG_STATE for oneself or the last way in of moderators */
  ban(by: PeerSession, peerId: PeerId, { revokeInvitation = false }: BanOptions = {}): void {
    const { room, book, people, lobby, moderation, clock } = this.#options;
    const visitor = this.#identityOf(peerId);
    if (!visitor) throw new ProtocolError('NOT_FOUND', 'nobody of that name was here');
    requireOther(by, peerId);
    const { invitationId } = visitor;
    const { roomId } = room;
    if (revokeInvitation) requireOtherKey(book.invitations(roomId), invitationId, clock.wallMs());
    this.#keepOut(visitor, 'BANNED', MODERATOR_BAN_MS);
    this.#forgetPrivileges(peerId);
    people.of(peerId)?.remove('BANNED');
    lobby.of(peerId)?.remove('BANNED');
    moderation.bansChanged();
    if (revokeInvitation) book.revoke(roomId, invitationId);
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
    const session = this.#options.lobby.find(peerId);
    this.#keepOut(session.identity, 'TURNED_AWAY', KICK_MS);
    session.remove('TURNED_AWAY');
  }

  /** @throws ProtocolError STORAGE_FAILED: then nothing is changed */
  changeSettings(change: SettingsChange): void {
    const { room, book, people, recording, media } = this.#options;
    book.put({ roomId: room.roomId, ...room.settingsAfter(change) });
    const events = room.changeSettings(change);
    recording.keepAnswers(events);
    if (change.audienceSound) media().setAudienceSound(change.audienceSound);
    people.publish(events);
    const { lobby, locked } = room.settings;
    if (!lobby && !locked) this.admitAll();
  }

  /** Takes everybody out who is, or was, in by an invitation, but for one. */
  endAdmitted(invitationId: InvitationId, except: PeerId | null): void {
    const { room, people, lobby } = this.#options;
    for (const peerId of room.standings.admittedBy(invitationId)) {
      if (peerId === except) continue;
      this.#forgetPrivileges(peerId);
      people.of(peerId)?.remove('INVITATION_REVOKED');
    }
    for (const session of lobby.sessions) {
      if (session.identity.invitationId === invitationId) session.remove('INVITATION_REVOKED');
    }
  }

  #letIn(session: PeerSession): void {
    this.#options.room.entry.admit(session.peerId);
    session.admit();
  }

  #keepOut(who: Visitor, code: 'KICKED' | 'BANNED' | 'TURNED_AWAY', lastsMs: number): void {
    const { bans, room, phrases, clock, log } = this.#options;
    const { peerId, displayName } = who;
    const { roomId } = room;
    const atMs = clock.wallMs();
    phrases.skipAllOf(peerId);
    bans.ban({ roomId, peerId, displayName, atMs, untilMs: atMs + lastsMs, code });
    log.info({ roomId, peerId, code }, 'peer kept out');
  }

  /** What a moderator gave them is gone; what one took from them stays taken. */
  #forgetPrivileges(peerId: PeerId): void {
    const { room, people } = this.#options;
    people.publish(room.host.deposed(peerId));
    room.standings.change(peerId, withoutGifts(room.standings.of(peerId)));
  }

  #identityOf(peerId: PeerId): Visitor | undefined {
    const { people, lobby } = this.#options;
    const session = people.of(peerId) ?? lobby.of(peerId);
    return session?.identity ?? this.#visitors.get(peerId);
  }
}

function requireOther(by: PeerSession, peerId: PeerId): void {
  if (by.peerId === peerId) throw new ProtocolError('WRONG_STATE', 'that is oneself');
}
