import type { AudienceSound } from '#protocol';
import type { FramesPerPacket } from './framePacker.ts';

/** From so many listeners on that many frames of 20 ms travel together: packets are what a crowd costs. */
const CROWDS: readonly (readonly [listeners: number, frames: FramesPerPacket])[] = [
  [150, 3],
  [50, 2],
];
/** So much smaller a crowd has to become for its sound to be prompt again. */
const RELIEF = 0.8;

/** How an audience's sound is packed, by what the room is set to and by how many listen. */
export class AudiencePacking {
  #sound: AudienceSound = 'automatic';
  #listeners = 0;
  #frames: FramesPerPacket = 1;

  get framesPerPacket(): FramesPerPacket {
    return this.#frames;
  }

  setSound(sound: AudienceSound): void {
    this.#sound = sound;
    this.#choose();
  }

  setListeners(listeners: number): void {
    this.#listeners = listeners;
    this.#choose();
  }

  #choose(): void {
    this.#frames = this.#chosen();
  }

  #chosen(): FramesPerPacket {
    if (this.#sound === 'prompt') return 1;
    if (this.#sound === 'thrifty') return 3;
    for (const [listeners, frames] of CROWDS) {
      const isPackedSo = this.#frames >= frames;
      if (this.#listeners >= listeners * (isPackedSo ? RELIEF : 1)) return frames;
    }
    return 1;
  }
}
