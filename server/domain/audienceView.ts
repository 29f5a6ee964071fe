import { isShownToAudience, type PeerId, type PeerInfo } from '#protocol';
import type { RosterChange } from './roomEvents.ts';

/**
 * Of those who only listen and ask for the floor, or are offered it, as many are shown to the others who only
 * listen, the first to ask first. Where a whole audience raises its hands, each hand told to each would be
 * millions of messages.
 */
export const SHOWN_HANDS = 100;

/** Whom those who only listen are told of by name: the stage, and the first hands of the audience. */
export class AudienceView {
  readonly #shown = new Set<PeerId>();
  /** Of those who only listen, in the order of their asking, shown or not. */
  readonly #asking = new Map<PeerId, PeerInfo>();
  #shownHands = 0;

  /** Who is shown. */
  get shown(): ReadonlySet<PeerId> {
    return this.#shown;
  }

  /** Takes a change of the roster. Returns what it is to those who only listen: often nothing. */
  take(change: RosterChange): RosterChange[] {
    const peerId = change.type === 'peerLeft' ? change.peerId : change.peer.peerId;
    const peer = change.type === 'peerLeft' ? null : change.peer;
    const wasHand = this.#asking.has(peerId);
    const wasShown = this.#shown.has(peerId);
    const isStage = peer !== null && peer.role !== 'audience';
    const isHand = peer !== null && !isStage && isShownToAudience(peer);
    if (isHand) this.#asking.set(peerId, peer);
    else this.#asking.delete(peerId);
    if (wasShown && wasHand) this.#shownHands -= 1;
    const isShown = isStage || (isHand && this.#shownHands < SHOWN_HANDS);
    if (isShown) this.#shown.add(peerId);
    else this.#shown.delete(peerId);
    if (isShown && isHand) this.#shownHands += 1;
    const own = wasShown || isShown ? [toldAs(change, { wasShown, isShown })] : [];
    return [...own, ...this.#fill()];
  }

  /** Who asked next comes in a place that is free. */
  #fill(): RosterChange[] {
    if (this.#shownHands >= SHOWN_HANDS || this.#shownHands === this.#asking.size) return [];
    for (const peer of this.#asking.values()) {
      if (this.#shown.has(peer.peerId)) continue;
      this.#shown.add(peer.peerId);
      this.#shownHands += 1;
      return [{ type: 'peerJoined', peer }];
    }
    return [];
  }
}

function toldAs(
  change: RosterChange,
  { wasShown, isShown }: { wasShown: boolean; isShown: boolean },
): RosterChange {
  if (change.type !== 'peerChanged' || (wasShown && isShown)) return change;
  const { peer } = change;
  return isShown ? { type: 'peerJoined', peer } : { type: 'peerLeft', peerId: peer.peerId };
}
