/** From this timestamp on, a packet's place is its timestamp plus the offset. In samples. */
export interface Piece {
  readonly from: number;
  offset: number;
}

/** Puts `piece` in its place; pieces from there on were built on what it replaces, and go. */
export function insertPiece(pieces: Piece[], piece: Piece): void {
  while (pieces.length > 0 && (pieces.at(-1) as Piece).from >= piece.from) pieces.pop();
  pieces.push(piece);
}

/** The offset that holds at `timestamp`; before the first piece, the first's. */
export function offsetAt(pieces: readonly Piece[], timestamp: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle] as Piece).from <= timestamp) low = middle;
    else high = middle - 1;
  }
  return pieces[low]?.offset ?? 0;
}

/** Samples since the recording's start at which an accepted packet belongs. May be negative. */
export function placeOf(
  plan: { readonly segments: readonly (readonly Piece[])[] },
  accepted: { readonly segment: number; readonly timestamp: number },
): number {
  const pieces = plan.segments[accepted.segment] ?? [];
  return Math.round(accepted.timestamp + offsetAt(pieces, accepted.timestamp));
}

/** 2.5 ms: what a gap can be filled to. */
const GRAIN = 120;

/**
 * How a packet that belongs at `place` joins a track that reaches to `cursor`: how many samples to
 * fill before it (a multiple of 2.5 ms, rounded, so that errors stay below 1.25 ms and never add
 * up), or null when what is written already covers its beginning and it must be dropped.
 */
export function fillBefore(place: number, cursor: number): number | null {
  const gap = Math.round((place - cursor) / GRAIN) * GRAIN;
  return gap < 0 ? null : Math.max(0, gap);
}
