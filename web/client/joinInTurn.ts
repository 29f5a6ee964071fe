import {
  ProtocolError,
  type ClientRequests,
  type ErrorBody,
  type InputOf,
  type RoomSnapshot,
} from '#protocol';
import type { Signaling } from './signaling.ts';

/**
 * Milliseconds after which a server that is busy, or has had too much of one, wants to be asked again;
 * null where what it said is final.
 */
export function timeToWait({ code, retryAfterMs }: ErrorBody): number | null {
  const passes = code === 'RATE_LIMITED' || code === 'SERVER_STOPPING';
  return passes && retryAfterMs !== undefined ? retryAfterMs : null;
}

/**
 * Asks to be let into the room; where the server has no time for it, again when it said.
 * @returns null where nobody wants to know any more
 * @throws ProtocolError
 */
export async function joinInTurn(options: {
  signaling: Pick<Signaling, 'request'>;
  asked: InputOf<ClientRequests['join']>;
  heldOff: () => void;
  isWanted: () => boolean;
}): Promise<RoomSnapshot | null> {
  const { signaling, asked, heldOff, isWanted } = options;
  while (isWanted()) {
    try {
      const snapshot = await signaling.request('join', asked);
      return isWanted() ? snapshot : null;
    } catch (error) {
      const retryAfterMs = error instanceof ProtocolError ? timeToWait(error.toBody()) : null;
      if (retryAfterMs === null) throw error;
      heldOff();
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  }
  return null;
}
