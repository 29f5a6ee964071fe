import { FRAME_20_MS, packetSamples } from './opus.ts';

const CODE_OF_TWO_EQUAL = 1;
const CODE_OF_TWO = 2;
const CODE_OF_MANY = 3;
const SIZES_DIFFER = 0x80;
/** A frame of fewer bytes than that is written with one byte of length (RFC 6716 section 3.2.1). */
const SHORT_LENGTH = 252;
/** Discontinuous transmission: the TOC byte, and a byte of sound at most. */
const SILENT_BYTES = 2;

/** 20 ms in which nothing sounds, whatever was decoded before: fullband CELT, its silence flag set. */
export const SILENCE_20_MS: Uint8Array = Uint8Array.of(0xf8, 0xff, 0xfe);

/** Whether a packet says no more than that there is nothing to hear. */
export function isSilent(packet: Uint8Array): boolean {
  return packet.byteLength <= SILENT_BYTES;
}

/** Whether a packet can be joined to others: one frame, 20 ms at most, with something to hear. */
export function isJoinable(packet: Uint8Array): boolean {
  if (isSilent(packet) || ((packet[0] as number) & 3) !== 0) return false;
  const samples = packetSamples(packet);
  return samples !== null && samples <= FRAME_20_MS;
}

/**
 * One packet of the frames of several, each `isJoinable` and with the same TOC byte (RFC 6716
 * section 3.2): nothing is decoded.
 */
export function joinFrames(packets: readonly [Uint8Array, ...Uint8Array[]]): Uint8Array {
  if (packets.length === 1) return packets[0];
  const frames = packets.map((packet) => packet.subarray(1));
  const isEqual = frames.every(({ byteLength }) => byteLength === frames[0]?.byteLength);
  const toc = packets[0][0] as number;
  const head =
    frames.length === 2 ? headOfTwo(toc, isEqual) : headOfMany(toc, frames.length, isEqual);
  if (!isEqual) {
    for (const { byteLength } of frames.slice(0, -1)) head.push(...lengthBytes(byteLength));
  }
  return Buffer.concat([Uint8Array.from(head), ...frames]);
}

function headOfTwo(toc: number, isEqual: boolean): number[] {
  return [toc | (isEqual ? CODE_OF_TWO_EQUAL : CODE_OF_TWO)];
}

function headOfMany(toc: number, frames: number, isEqual: boolean): number[] {
  return [toc | CODE_OF_MANY, frames | (isEqual ? 0 : SIZES_DIFFER)];
}

function lengthBytes(length: number): number[] {
  if (length < SHORT_LENGTH) return [length];
  const first = SHORT_LENGTH + (length & 3);
  return [first, (length - first) / 4];
}
