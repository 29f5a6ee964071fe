import type { PeerId, ProducerId, ServerNotifications } from '#protocol';
import type * as v from 'valibot';

type LevelsChanged = v.InferOutput<ServerNotifications['levelsChanged']>;

/** Turns the media side's levels by Producer into what clients show by peer, told only on change. */
export class SpeakerLevels {
  onChange: (change: LevelsChanged) => void = () => {};
  /** Told each time, the loudest first. */
  onHeard: (levels: LevelsChanged['levels']) => void = () => {};
  readonly #peers = new Map<ProducerId, PeerId>();
  #last: LevelsChanged = { levels: [], activeSpeaker: null };
  #dominant: PeerId | null = null;

  add(producerId: ProducerId, peerId: PeerId): void {
    this.#peers.set(producerId, peerId);
  }

  remove(producerId: ProducerId): void {
    const peerId = this.#peers.get(producerId);
    this.#peers.delete(producerId);
    if (peerId === this.#dominant) this.#dominant = null;
  }

  setDominant(producerId: ProducerId): void {
    this.#dominant = this.#peers.get(producerId) ?? null;
  }

  /** Called at the observer's interval, which bounds how often clients are told. */
  update(levels: readonly { producerId: ProducerId; dBov: number }[]): void {
    const change: LevelsChanged = {
      levels: levels.flatMap(({ producerId, dBov }) => {
        const peerId = this.#peers.get(producerId);
        return peerId ? [{ peerId, dBov: Math.round(Math.min(0, Math.max(-127, dBov))) }] : [];
      }),
      // Nobody is the active speaker of a silent room, whoever spoke last.
      activeSpeaker: levels.length === 0 ? null : this.#dominant,
    };
    this.onHeard(change.levels);
    if (sameLevels(change, this.#last)) return;
    this.#last = change;
    this.onChange(change);
  }
}

function sameLevels(a: LevelsChanged, b: LevelsChanged): boolean {
  return (
    a.activeSpeaker === b.activeSpeaker &&
    a.levels.length === b.levels.length &&
    a.levels.every(({ peerId, dBov }, index) => {
      const other = b.levels[index];
      return other?.peerId === peerId && other.dBov === dBov;
    })
  );
}
