// Opus packets as RFC 6716 section 3 frames them. Durations are in samples at 48 kHz, whatever the
// sound's own bandwidth.

export const FRAME_20_MS = 960;
const FRAME_10_MS = 480;
/** 120 ms, the longest packet (RFC 6716 section 3.2.5, R5). */
export const LONGEST_PACKET = 5_760;
const LONGEST_FRAME_BYTES = 1_275;

/** How long the encoder of libopus looks ahead at 48 kHz, which is what a player skips at the start. */
export const ENCODER_DELAY = 312;

const SILK_FRAMES = [480, 960, 1_920, 2_880] as const;
export const CELT_FRAMES = [120, 240, 480, 960] as const;

/** Duration of one frame by the TOC byte (RFC 6716 section 3.1, table 2). */
function frameSamples(toc: number): number {
  const config = toc >> 3;
  if (config < 12) return SILK_FRAMES[config & 3] as number;
  if (config < 16) return (config & 1) === 0 ? FRAME_10_MS : FRAME_20_MS;
  return CELT_FRAMES[config & 3] as number;
}

/** Whether a packet with this TOC byte carries two channels (RFC 6716 section 3.1). */
export function isStereo(toc: number): boolean {
  return (toc & 0x04) !== 0;
}

/** Whether a packet is of SILK alone, the mode for speech at low rates (RFC 6716 section 3.1, table 2). */
export function isSilkOnly(toc: number): boolean {
  return toc >> 3 < 12;
}

/**
 * Duration of a packet, or null when it breaks one of the rules R1 to R7 of RFC 6716 section 3.4,
 * so that a decoder would refuse it. A packet of the TOC byte alone is sound: discontinuous
 * transmission sends such ones.
 */
export function packetSamples(packet: Uint8Array): number | null {
  const toc = packet[0];
  if (toc === undefined) return null;
  const frames = countFrames(packet, toc & 3);
  if (frames === null) return null;
  const samples = frames * frameSamples(toc);
  return samples <= LONGEST_PACKET ? samples : null;
}

function countFrames(packet: Uint8Array, code: number): number | null {
  const size = packet.byteLength - 1;
  switch (code) {
    case 0:
      return size <= LONGEST_FRAME_BYTES ? 1 : null;
    case 1:
      return size % 2 === 0 && size / 2 <= LONGEST_FRAME_BYTES ? 2 : null;
    case 2: {
      const first = readFrameLength(packet, 1);
      if (first === null) return null;
      const second = packet.byteLength - first.next - first.length;
      return second >= 0 && second <= LONGEST_FRAME_BYTES ? 2 : null;
    }
    default:
      return countSignalledFrames(packet);
  }
}

/**
 * How many bytes of a packet are sound: without the TOC byte, and without padding (RFC 6716 section
 * 3.2.5), which says nothing. The packet is one that has a duration.
 */
export function soundBytes(packet: Uint8Array): number {
  if (((packet[0] as number) & 3) !== 3) return packet.byteLength - 1;
  const bounds = readPadding(packet, packet[1] as number);
  return bounds === null ? 0 : Math.max(0, bounds.end - bounds.next);
}

/** Where the frames of a code 3 packet begin and end. */
function readPadding(packet: Uint8Array, header: number): { next: number; end: number } | null {
  let next = 2;
  let end = packet.byteLength;
  if ((header & 0x40) === 0) return { next, end };
  let more = true;
  while (more) {
    const padding = packet[next++];
    if (padding === undefined) return null;
    more = padding === 255;
    end -= more ? 254 : padding;
  }
  return { next, end };
}

/** Code 3: a frame count byte, padding, and one length a frame but the last if they differ. */
function countSignalledFrames(packet: Uint8Array): number | null {
  const header = packet[1];
  if (header === undefined) return null;
  const frames = header & 0x3f;
  if (frames === 0) return null;
  const bounds = readPadding(packet, header);
  if (bounds === null) return null;
  const { end } = bounds;
  let { next } = bounds;
  if ((header & 0x80) === 0) {
    const size = end - next;
    const fits = size >= 0 && size % frames === 0 && size / frames <= LONGEST_FRAME_BYTES;
    return fits ? frames : null;
  }
  let lengths = 0;
  for (let frame = 1; frame < frames; frame++) {
    const read = readFrameLength(packet, next);
    if (read === null) return null;
    next = read.next;
    lengths += read.length;
  }
  const last = end - next - lengths;
  return last >= 0 && last <= LONGEST_FRAME_BYTES ? frames : null;
}

/** One or two bytes (RFC 6716 section 3.2.1). */
function readFrameLength(packet: Uint8Array, at: number): { length: number; next: number } | null {
  const first = packet[at];
  if (first === undefined) return null;
  if (first < 252) return { length: first, next: at + 1 };
  const second = packet[at + 1];
  return second === undefined ? null : { length: 4 * second + first, next: at + 2 };
}
