import { randomBytes } from 'node:crypto';
import { monotonicMs } from './listenerCrowd.ts';

/** Opus, hybrid, full band, 20 ms, mono, one frame (RFC 6716 section 3.1): what Chromium sends of a voice. */
const TOC = 0x78;
/** 32 kbit/s. */
const BYTES = 80;
const MAGIC = Buffer.from('c0aa17ed', 'hex');
const TIME_AT = 1 + MAGIC.length;

/** A frame that nobody can decode, with the time at which it is sent: what carries it looks at its first byte alone. */
export function stampedFrame(): Buffer {
  const frame = randomBytes(BYTES);
  frame.writeUInt8(TOC, 0);
  MAGIC.copy(frame, 1);
  frame.writeDoubleBE(monotonicMs(), TIME_AT);
  return frame;
}

/** When the last of the frames in a packet was sent, in milliseconds of CLOCK_MONOTONIC; null where there is none. */
export function stampOf(payload: Uint8Array): number | null {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const at = bytes.lastIndexOf(MAGIC);
  return at < 0 ? null : bytes.readDoubleBE(at + MAGIC.length);
}
