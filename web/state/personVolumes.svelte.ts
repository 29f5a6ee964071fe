import * as v from 'valibot';
import { PeerIdSchema, type PeerId } from '#protocol';
import { KeptJson } from './keptJson.ts';
import { withVolume } from './withVolume.ts';

const kept = new KeptJson({
  key: 'cora:person-volumes:1',
  schema: v.array(v.strictObject({ peerId: PeerIdSchema, volume: v.number() })),
  fallback: [],
});

/** How loud one wants to hear whom, 0 to 1: kept in this browser only. */
class PersonVolumes {
  #all = $state.raw(kept.load());

  /** 1 where nothing else was chosen. */
  of(peerId: PeerId): number {
    return this.#all.find((it) => it.peerId === peerId)?.volume ?? 1;
  }

  set(peerId: PeerId, volume: number): void {
    this.#all = withVolume(this.#all, { peerId, volume });
    kept.save(this.#all);
  }

  /** Makes everybody as loud as was chosen, those too who are not there yet. */
  applyTo(client: { setVolumeOf(peerId: PeerId, volume: number): void }): void {
    for (const { peerId, volume } of this.#all) client.setVolumeOf(peerId, volume);
  }
}

export const personVolumes = new PersonVolumes();
