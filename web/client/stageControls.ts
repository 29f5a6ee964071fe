import type { Signaling } from './signaling.ts';

/** What a person asks of the order in a room. Everything throws ProtocolError as the server refuses. */
export class StageControls {
  readonly #signaling: Pick<Signaling, 'request'>;
  #hasLowered = false;

  constructor(signaling: Pick<Signaling, 'request'>) {
    this.#signaling = signaling;
  }

  /** Whether one took one's own hand down, when it is down. */
  get hasLowered(): boolean {
    return this.#hasLowered;
  }

  /** Asks for the floor. */
  async raiseHand(): Promise<void> {
    this.#hasLowered = false;
    await this.#signaling.request('raiseHand', {});
  }

  /** Takes that back, or an offer that one has not answered. */
  async lowerHand(): Promise<void> {
    this.#hasLowered = true;
    await this.#signaling.request('lowerHand', {});
  }

  /** A yes brings one on stage, or lets one open one's microphone; it opens none. */
  async answerFloor(accept: boolean): Promise<void> {
    await this.#signaling.request('answerFloor', { accept });
  }
}
