import { ProtocolError, type ConsentAnswer, type RoomSnapshot } from '#protocol';
import type { Signaling } from './signaling.ts';

/**
 * Asks to be let into the room; where the server has no time for it, again when it said.
 * @returns null where nobody wants to know any more
 * @throws ProtocolError
 */
export async function joinInTurn(options: {
  signaling: Pick<Signaling, 'request'>;
  consent: ConsentAnswer | undefined;
  heldOff: () => void;
  isWanted: () => boolean;
}): Promise<RoomSnapshot | null> {
  const { signaling, consent, heldOff, isWanted } = options;
  while (isWanted()) {
    try {
      const snapshot = await signaling.request('join', consent ? { consent } : {});
      return isWanted() ? snapshot : null;
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.retryAfterMs === undefined) throw error;
      heldOff();
      const { retryAfterMs } = error;
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  }
  return null;
}
