import { CELT_FRAMES, LONGEST_PACKET } from '../domain/opus.ts';

// Packets that stand where no packet came. Durations in samples at 48 kHz.

const FRAME_20_MS = 960;
const FRAME_10_MS = 480;
/** 2.5 ms, the shortest Opus frame: the grain to which a gap can be filled. */
export const SHORTEST_FRAME = 120;

export interface Filler {
  readonly packet: Uint8Array;
  readonly samples: number;
}

const FRAMES = [
  { samples: FRAME_20_MS, atMost: LONGEST_PACKET / FRAME_20_MS },
  { samples: FRAME_10_MS, atMost: 1 },
  { samples: 240, atMost: 1 },
  { samples: SHORTEST_FRAME, atMost: 1 },
] as const;

/** The longest run of equal frames that a packet holds and the gap takes. */
function framesFor(gap: number): { samples: number; count: number } {
  for (const { samples, atMost } of FRAMES) {
    const count = Math.min(Math.floor(gap / samples), atMost);
    if (count > 0) return { samples, count };
  }
  throw new RangeError('a gap shorter than the shortest Opus frame cannot be filled');
}

/**
 * The next packet for a gap of `gap` samples (at least SHORTEST_FRAME) in which a decoder shall
 * conceal: frames without bytes, of the mode, bandwidth and channels of the packet beside it
 * (RFC 7845 section 4.1). Frames below 10 ms exist in CELT mode only.
 */
export function conceal(toc: number, gap: number): Filler {
  const { samples, count } = framesFor(gap);
  const sized = tocOfDuration(toc, samples);
  const packet = count === 1 ? Uint8Array.of(sized) : Uint8Array.of(sized | 3, count);
  return { packet, samples: count * samples };
}

/** CELT, full band, 2.5 ms, one channel: the configurations of 5, 10 and 20 ms follow. */
const CELT_FULL_BAND = 28;
/** A CELT frame whose silence flag is set (RFC 6716 section 4.3), and nothing else. */
const SILENT_FRAME = [0xff, 0xfe] as const;

/**
 * The next packet for a gap in which nothing shall be heard. A decoder that conceals for long goes
 * on with the noise of the room it last heard, at -36 dB after a steady tone, for ever.
 */
export function silence(gap: number): Filler {
  const { samples, count } = framesFor(gap);
  const toc = (CELT_FULL_BAND | CELT_FRAMES.indexOf(samples as 120)) << 3;
  const header = count === 1 ? [toc] : [toc | 3, count];
  const frames = Array.from({ length: count }, () => SILENT_FRAME).flat();
  return { packet: Uint8Array.of(...header, ...frames), samples: count * samples };
}

/** The TOC byte of one frame of that duration, near to `toc` in all else. */
function tocOfDuration(toc: number, samples: number): number {
  const config = toc >> 3;
  const channels = toc & 0x04;
  if (config < 16 && samples >= FRAME_10_MS) {
    const longer = samples === FRAME_20_MS ? 1 : 0;
    const base = config < 12 ? config & ~3 : config & ~1;
    return ((base | longer) << 3) | channels;
  }
  return ((celtBandwidth(config) | CELT_FRAMES.indexOf(samples as 120)) << 3) | channels;
}

/** The first CELT configuration of the same bandwidth, or the next wider one: CELT has no medium band. */
function celtBandwidth(config: number): number {
  if (config >= 16) return config & ~3;
  if (config >= 12) return config < 14 ? 24 : 28;
  return config < 4 ? 16 : 20;
}
