import { can } from '#protocol';
import type { RoomState } from '#web/client/roomState.ts';

/** How many a moderator is to look at among people; none for anybody else. */
export interface ModeratorCalls {
  /** Raised, and not answered. */
  readonly hands: number;
  readonly guests: number;
}

export function moderatorCalls(
  room: Pick<RoomState, 'me' | 'peers' | 'moderation'>,
): ModeratorCalls {
  if (!can(room.me?.role ?? 'audience', 'moderate')) return { hands: 0, guests: 0 };
  return {
    hands: room.peers.filter(({ hand, offered }) => hand && !offered).length,
    guests: room.moderation?.waiting.length ?? 0,
  };
}
