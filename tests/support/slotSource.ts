import { SILENCE_20_MS } from '#server/domain/opusFrames.ts';
import type { FramesPerPacket } from '#server/media/framePacker.ts';
import { SlotWriter } from '#server/media/slotWriter.ts';

export const HYBRID = 0x78;
export const FRAME = 960;

export interface Sent {
  readonly payload: Uint8Array;
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
}

/** A source of numbered packets of 20 ms: `text` is what its frames say. */
export class Source {
  sequence: number;
  timestamp: number;
  readonly #text: string;

  constructor(text: string, sequence = 1_000, timestamp = 5_000) {
    this.#text = text;
    this.sequence = sequence;
    this.timestamp = timestamp;
  }

  next(options: { payload?: Uint8Array; samples?: number; marker?: boolean } = {}) {
    const { samples = FRAME, marker = false } = options;
    const said = Buffer.from(`${this.#text}${this.sequence & 0xffff};`);
    const payload = options.payload ?? Uint8Array.of(HYBRID, ...said);
    const packet = { payload, samples, marker };
    const numbers = { sequence: this.sequence & 0xffff, timestamp: this.timestamp >>> 0 };
    this.skip(samples);
    return { ...packet, ...numbers };
  }

  skip(samples = FRAME): void {
    this.sequence += 1;
    this.timestamp += samples;
  }

  /** Nothing is sent for so long. */
  pause(ms: number): void {
    this.timestamp += ms * 48;
  }
}

/** A slot, and what it sent. */
export function slotOf(framesPerPacket: FramesPerPacket = 1) {
  const sent: Sent[] = [];
  const writer = new SlotWriter((payload, at) => sent.push({ payload, ...at }));
  writer.setFramesPerPacket(framesPerPacket);
  const text = () => sent.map(({ payload }) => Buffer.from(payload.subarray(1)).toString('latin1'));
  const steps = (of: (one: Sent) => number) =>
    sent.slice(1).map((one, at) => of(one) - of(sent[at] as Sent));
  const sequenceSteps = () => steps(({ sequence }) => sequence);
  const timeSteps = () => steps(({ timestamp }) => timestamp / FRAME);
  return { sent, writer, text, sequenceSteps, timeSteps };
}

export const isSilence = ({ payload }: Sent) => Buffer.compare(payload, SILENCE_20_MS) === 0;
