import { FRAME_20_MS } from '../domain/opus.ts';
import { isJoinable, joinFrames } from '../domain/opusFrames.ts';

const FRAME_MS = 20;
/** A packet larger than that would be cut up on its way. */
const MAX_BYTES = 1_150;

export type FramesPerPacket = 1 | 2 | 3;

/** An Opus packet on its way out. */
export interface Sound {
  readonly payload: Uint8Array;
  /** In samples, without wraps. */
  readonly timestamp: number;
  readonly samples: number;
  /** Begins a talkspurt (RFC 3551 section 4.1). */
  readonly marker: boolean;
  /** Something before it is lost. */
  readonly afterLoss: boolean;
}

const NOTHING: readonly Sound[] = [];

/**
 * Joins Opus packets of 20 ms that follow each other into packets of two or three, and hands on at
 * once what cannot be joined. Nothing waits for longer than the sound that it waits for would take.
 */
export class FramePacker {
  #frames: Sound[] = [];
  #bytes = 0;
  #endTimestamp = 0;
  #deadlineMs: number | null = null;
  framesPerPacket: FramesPerPacket = 1;

  /** When `flush` is due; null while nothing waits. */
  get deadlineMs(): number | null {
    return this.#deadlineMs;
  }

  /** In the order of their timestamps. */
  push(sound: Sound, nowMs: number): readonly Sound[] {
    if (this.framesPerPacket === 1 || !isJoinable(sound.payload)) {
      return [...this.flush(), sound];
    }
    const ready = this.#follows(sound) ? NOTHING : this.flush();
    this.#deadlineMs ??= nowMs + this.framesPerPacket * FRAME_MS;
    this.#frames.push(sound);
    this.#bytes += sound.payload.byteLength;
    this.#endTimestamp = sound.timestamp + sound.samples;
    const waiting = this.#endTimestamp - (this.#frames[0] as Sound).timestamp;
    const isFull = waiting >= this.framesPerPacket * FRAME_20_MS;
    return isFull ? [...ready, ...this.flush()] : ready;
  }

  /** What waits, as one packet. */
  flush(): readonly Sound[] {
    const [first, ...others] = this.#frames;
    if (!first) return NOTHING;
    const payload = joinFrames([first.payload, ...others.map(({ payload }) => payload)]);
    const samples = this.#endTimestamp - first.timestamp;
    this.#frames = [];
    this.#bytes = 0;
    this.#deadlineMs = null;
    return [{ ...first, payload, samples }];
  }

  #follows({ payload, timestamp, marker, afterLoss }: Sound): boolean {
    const first = this.#frames[0];
    if (!first) return true;
    return (
      !marker &&
      !afterLoss &&
      timestamp === this.#endTimestamp &&
      payload[0] === first.payload[0] &&
      this.#bytes + payload.byteLength <= MAX_BYTES
    );
  }
}
