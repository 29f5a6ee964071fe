import type { Piece } from './timelinePieces.ts';

/** At 48 kHz, the clock of all places and offsets. */
export const SAMPLES_PER_MS = 48;
export const SECOND = 1_000 * SAMPLES_PER_MS;
/** How far a jump of the timestamp may differ from that of the arrival. */
export const JUMP_TOLERANCE = SECOND;

/** A packet as it came: arrival in ms on the recording's clock, RTP timestamp (32 bits), duration in samples. */
export interface TimedPacket {
  readonly arrivalMs: number;
  readonly timestamp: number;
  readonly samples: number;
}

/** A packet that was believed: its segment and its timestamp without the wrap at 2**32. */
export interface Accepted<Packet> {
  readonly packet: Packet;
  readonly segment: number;
  readonly timestamp: number;
}

/** The offsets of a stream, a list of pieces for each of its segments. */
export interface StreamPlan {
  readonly segments: readonly (readonly Piece[])[];
}

/** Whether two packets make the beginning of a stream: near in time and in timestamp. */
export function follows(earlier: TimedPacket, later: TimedPacket): boolean {
  const ahead = (later.timestamp - earlier.timestamp) | 0;
  const elapsed = (later.arrivalMs - earlier.arrivalMs) * SAMPLES_PER_MS;
  return ahead > 0 && (ahead <= JUMP_TOLERANCE || Math.abs(ahead - elapsed) <= JUMP_TOLERANCE);
}
