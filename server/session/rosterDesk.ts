import { can, type PeerId } from '#protocol';
import { AudienceView } from '../domain/audienceView.ts';
import type { Room } from '../domain/room.ts';
import type { RosterChange } from '../domain/roomEvents.ts';
import type { PeerSession } from './peerSession.ts';
import type { Clock } from './ports.ts';
import { RosterNews, type OwnChanges, type RosterNotice } from './rosterNews.ts';
import { tellAll } from './sessionChannel.ts';

interface Options {
  readonly room: Room;
  readonly clock: Clock;
  readonly sessions: ReadonlyMap<PeerId, PeerSession>;
  /** How long changes are gathered; see RosterNews. */
  readonly rosterBatchMs?: number;
}

/**
 * Who is told of whom: the stage of everybody, and who only listens of the stage, of hands, and of how many they
 * are. Each of the two has its own run of batches, without a gap in either.
 */
export class RosterDesk {
  readonly #options: Options;
  readonly #view = new AudienceView();
  readonly #toStage: RosterNews;
  readonly #toAudience: RosterNews;

  constructor(options: Options) {
    this.#options = options;
    const { clock, room, rosterBatchMs: batchMs } = options;
    const news = {
      clock,
      audience: () => room.audience,
      ...(batchMs !== undefined && { batchMs }),
    };
    this.#toStage = new RosterNews({
      ...news,
      tell: (notice) => this.#tell(notice, ({ seat }) => !seat.isToldAsAudience),
    });
    this.#toAudience = new RosterNews({
      ...news,
      tell: (notice, own) => {
        this.#tellOwn(notice, own);
        this.#tell(notice, ({ seat, peerId }) => seat.isToldAsAudience && !own.has(peerId));
      },
      tellOwn: (notice, own) => this.#tellOwn(notice, own),
    });
  }

  take(change: RosterChange & { readonly revision: number }): void {
    const { revision } = change;
    const changes = this.#view.take(change);
    this.#toStage.take({ revision, changes: [change] });
    // Also of who is shown: they may be so no longer before anybody is told.
    const isOwn = change.type === 'peerChanged' && change.peer.role === 'audience';
    this.#toAudience.take({ revision, changes, own: isOwn ? change : null });
  }

  /** Tells what there is: what is numbered after it must come after it. */
  flush(): void {
    this.#toStage.flush();
    this.#toAudience.flush();
  }

  /** Whom somebody is told of, from a snapshot on or as their role is another. */
  seenBy(session: PeerSession): Pick<RosterNotice, 'audience'> & { peers: RosterNotice['joined'] } {
    const { room } = this.#options;
    const isAudience = isOnlyListening(session);
    session.seat.isToldAsAudience = isAudience;
    const shown = new Set([...this.#view.shown, session.peerId]);
    return { peers: isAudience ? room.brief(shown) : room.brief(), audience: room.audience };
  }

  /** Where somebody has come on the stage, or left it, they are told whom they see from there. */
  replaceFor(session: PeerSession): void {
    if (session.seat.isToldAsAudience === isOnlyListening(session)) return;
    this.flush();
    session.channel.notify('rosterReplaced', this.seenBy(session));
  }

  /** Idempotent. */
  close(): void {
    this.#toStage.close();
    this.#toAudience.close();
  }

  #tellOwn(notice: RosterNotice, own: OwnChanges): void {
    for (const [peerId, change] of own) {
      const session = this.#options.sessions.get(peerId);
      if (!session?.seat.isToldAsAudience || !isNewTo(session, notice)) continue;
      // To the others they have left.
      const left = notice.left.filter((it) => it !== peerId);
      const changed = [...notice.changed, change];
      session.channel.notify('rosterChanged', { ...notice, left, changed });
    }
  }

  #tell(notice: RosterNotice, isMeant: (session: PeerSession) => boolean): void {
    const channels = [];
    for (const session of this.#options.sessions.values()) {
      if (isMeant(session) && isNewTo(session, notice)) channels.push(session.channel);
    }
    tellAll(channels, 'rosterChanged', notice);
  }
}

function isOnlyListening({ role }: PeerSession): boolean {
  return !can(role, 'speak');
}

/** Who has a snapshot of after it knows. */
function isNewTo({ seat }: PeerSession, { revision }: { readonly revision: number }): boolean {
  return seat.knownRevision < revision;
}
