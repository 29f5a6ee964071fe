import type { ConsumerId, PeerId } from '#protocol';
import type { Consumer } from 'mediasoup-client/types';
import { HearingChange, type HearingWay } from './hearingChange.ts';
import { RemoteTrack, wayOf, type Heard } from './remoteTrack.ts';

/** How loud what arrives is played, 0 to 1. */
export interface Volumes {
  /** Everybody's microphones. */
  readonly people: number;
  /** The voice in which the server speaks phrases. */
  readonly voice: number;
}

/** Everybody else's microphones and the room's voice: how loud, and where they play. */
export class RemoteTracks {
  readonly #tracks = new Map<ConsumerId, RemoteTrack>();
  /** Closed before they were built: the server was quicker than the browser. */
  readonly #closedEarly = new Set<ConsumerId>();
  readonly #onBlocked: () => void;
  #sinkId = '';
  #volumes: Volumes = { people: 1, voice: 1 };
  /** Of those whom somebody here wants louder or softer than the others, 0 to 1. */
  readonly #volumesOf = new Map<PeerId, number>();
  /** Who is heard in each slot of the stage. */
  #holders: readonly (PeerId | null)[] = [];

  readonly #change = new HearingChange({
    lastArrivalMs: (way) => this.#lastArrivalMs((track) => track.way === way),
    changed: () => {
      for (const track of this.#tracks.values()) track.volume = this.#volumeOf(track.heard);
    },
  });

  /** @param onBlocked told when the browser wants a tap before it plays */
  constructor(onBlocked: () => void) {
    this.#onBlocked = onBlocked;
  }

  add({ consumerId, ...heard }: Heard & { consumerId: ConsumerId }, consumer: Consumer): void {
    if (this.#closedEarly.delete(consumerId)) return consumer.close();
    const volume = this.#volumeOf(heard);
    const track = new RemoteTrack({ heard, consumer, sinkId: this.#sinkId, volume });
    this.#tracks.set(consumerId, track);
    void track.play().then((plays) => plays || this.#onBlocked());
  }

  remove(consumerId: ConsumerId): void {
    const track = this.#tracks.get(consumerId);
    if (!track) this.#closedEarly.add(consumerId);
    track?.close();
    this.#tracks.delete(consumerId);
  }

  /** When anybody's microphone was last heard of, milliseconds since 1970; 0 when none was. The room's voice rests between phrases. */
  get arrivedMs(): number {
    return this.#lastArrivalMs(({ way }) => way !== null);
  }

  /** People are heard in the other way from here on, as soon as they are. */
  changeTo(way: HearingWay): void {
    this.#change.begin(way);
  }

  /** Of their microphone and of a slot that they hold one at most has sound. */
  levelOf(peerId: PeerId): number {
    let level = 0;
    for (const track of this.#tracks.values()) {
      if (this.#personIn(track.heard) === peerId) level = Math.max(level, track.level);
    }
    return level;
  }

  /** Others are heard in the slots of the stage: each is as loud as whoever is in it. */
  setHolders(holders: readonly (PeerId | null)[]): void {
    const before = this.#holders;
    this.#holders = holders;
    for (const track of this.#tracks.values()) {
      const { slot } = track.heard;
      // Whoever leaves a slot is heard to the end as they were.
      if (slot === undefined || !holders[slot] || holders[slot] === before[slot]) continue;
      track.volume = this.#volumeOf(track.heard);
    }
  }

  setVolumes(volumes: Volumes): void {
    this.#volumes = volumes;
    this.#fade();
  }

  /** How loud one person is among the others, 0 to 1; kept for whatever is heard of them later. */
  setVolumeOf(peerId: PeerId, volume: number): void {
    this.#volumesOf.set(peerId, volume);
    this.#fade();
  }

  /** Whether all of them play now. */
  async play(): Promise<boolean> {
    const played = await Promise.all([...this.#tracks.values()].map((track) => track.play()));
    return !played.includes(false);
  }

  async setSinkId(deviceId: string): Promise<void> {
    this.#sinkId = deviceId;
    await Promise.all([...this.#tracks.values()].map((track) => track.setSinkId(deviceId)));
  }

  clear(): void {
    this.#change.close();
    for (const track of this.#tracks.values()) track.close();
    this.#tracks.clear();
    this.#closedEarly.clear();
  }

  #fade(): void {
    for (const track of this.#tracks.values()) track.fadeTo(this.#volumeOf(track.heard));
  }

  #lastArrivalMs(counts: (track: RemoteTrack) => boolean): number {
    const arrivals = [...this.#tracks.values()].filter(counts).map(({ arrivedMs }) => arrivedMs);
    return Math.max(0, ...arrivals);
  }

  #volumeOf(heard: Heard): number {
    const { people, voice } = this.#volumes;
    const way = wayOf(heard);
    if (way === null) return voice;
    if (way === this.#change.silenced) return 0;
    const person = this.#personIn(heard);
    return people * ((person && this.#volumesOf.get(person)) ?? 1);
  }

  #personIn({ peerId, slot }: Heard): PeerId | null {
    return slot === undefined ? peerId : (this.#holders[slot] ?? null);
  }
}
