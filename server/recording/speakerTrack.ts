import type { Manifest } from '#protocol';
import { SAMPLES_PER_MS } from '../domain/timedPackets.ts';
import { fillBefore } from '../domain/timelinePieces.ts';
import type { AudioPacket } from './audioPacket.ts';
import type { OggOpusWriter } from './ogg.ts';
import { ENCODER_DELAY, LONGEST_PACKET } from '../domain/opus.ts';
import { conceal, SHORTEST_FRAME, silence } from './opusFiller.ts';

/** A packet and where it belongs, in samples since the recording's start. */
export interface PlacedPacket {
  readonly packet: AudioPacket;
  readonly place: number;
  /** Of the stream and segment it is from: a higher one began later. */
  readonly rank: number;
}

/** Packets wait this long for others that belong before them. */
const REORDER_MS = 2_000;
/** Silence that ends a segment in the manifest, and lets an older stream of the person in again. */
const SEGMENT_GAP = 1_000 * SAMPLES_PER_MS;
/** A larger step of the sequence number is a new beginning and no loss (RFC 3550 appendix A.1). */
const MAX_DROPOUT = 3_000;

type Speaker = Manifest['speakers'][number];

/**
 * One person's track: sorts packets within a window, lets the newest of overlapping streams win,
 * fills gaps and never goes back.
 */
export class SpeakerTrack {
  readonly #ogg: OggOpusWriter;
  readonly #durationSamples: number;
  readonly #segments: { start: number; end: number }[] = [];
  #waiting: PlacedPacket[] = [];
  #newest = { rank: -1, start: 0, end: 0 };
  #toc: number | null = null;
  #sequence: { rank: number; last: number } | null = null;
  #packets = 0;
  #lost = 0;

  constructor(options: { ogg: OggOpusWriter; durationSamples: number }) {
    this.#ogg = options.ogg;
    this.#durationSamples = options.durationSamples;
  }

  push(placed: PlacedPacket): void {
    if (!this.#admits(placed)) return;
    const waiting = this.#waiting;
    let at = waiting.length;
    while (at > 0 && (waiting[at - 1] as PlacedPacket).place > placed.place) at--;
    waiting.splice(at, 0, placed);

    const horizonMs = placed.packet.arrivalMs - REORDER_MS;
    let due = 0;
    while ((waiting[due]?.packet.arrivalMs ?? Infinity) < horizonMs) due++;
    for (const packet of waiting.splice(0, due)) this.#write(packet);
  }

  /** Fills up to the recording's end, so that all files last as long. */
  end(): Pick<Speaker, 'segments' | 'packets' | 'lostPackets'> {
    for (const packet of this.#waiting.splice(0)) this.#write(packet);
    const end = this.#durationSamples + ENCODER_DELAY;
    const missing = Math.max(0, end - this.#ogg.samples);
    this.#fill(Math.ceil(missing / SHORTEST_FRAME) * SHORTEST_FRAME, this.#toc ?? 0);
    this.#ogg.end(end);
    return {
      segments: this.#segments.map(({ start, end }) => ({
        startSeconds: toSeconds(start),
        endSeconds: toSeconds(Math.min(end, this.#durationSamples)),
      })),
      packets: this.#packets,
      lostPackets: this.#lost,
    };
  }

  /** Where two streams of a person overlap, the one that began later is heard. */
  #admits({ packet, place, rank }: PlacedPacket): boolean {
    const newest = this.#newest;
    const end = place + packet.samples;
    if (rank < newest.rank) return end <= newest.start || place >= newest.end + SEGMENT_GAP;
    const sooner = rank > newest.rank || place < newest.start;
    if (rank > newest.rank) this.#newest = { rank, start: place, end };
    else {
      newest.start = Math.min(newest.start, place);
      newest.end = Math.max(newest.end, end);
    }
    if (sooner) {
      this.#waiting = this.#waiting.filter(
        (other) => other.rank >= rank || other.place + other.packet.samples <= place,
      );
    }
    return true;
  }

  #write({ packet, place, rank }: PlacedPacket): void {
    this.#countLoss(packet.sequence, rank);
    if (place >= this.#durationSamples) return;
    const gap = fillBefore(place, this.#ogg.samples);
    if (gap === null) return;
    const toc = packet.payload[0] ?? 0;
    this.#fill(gap, this.#toc ?? toc);
    this.#toc = toc;

    const start = this.#ogg.samples;
    this.#ogg.packet(packet.payload, packet.samples);
    this.#packets++;
    const segment = this.#segments.at(-1);
    const end = start + packet.samples;
    if (segment !== undefined && start - segment.end <= SEGMENT_GAP) segment.end = end;
    else this.#segments.push({ start, end });
  }

  /** Short gaps are concealed; longer ones fade out by one concealed packet and are then silent. */
  #fill(gap: number, toc: number): void {
    const silentBelow = gap > SEGMENT_GAP ? gap - LONGEST_PACKET : 0;
    for (let left = gap; left > 0;) {
      const filler = left > silentBelow ? conceal(toc, left) : silence(left);
      this.#ogg.packet(filler.packet, filler.samples);
      left -= filler.samples;
    }
  }

  #countLoss(sequence: number, rank: number): void {
    const known = this.#sequence;
    if (known === null || known.rank !== rank) {
      this.#sequence = { rank, last: sequence };
      return;
    }
    const step = ((sequence - known.last) << 16) >> 16;
    if (step <= 0) return;
    if (step < MAX_DROPOUT) this.#lost += step - 1;
    known.last = sequence;
  }
}

/** To the microsecond. */
export function toSeconds(samples: number): number {
  return Math.round((samples / SAMPLES_PER_MS) * 1_000) / 1e6;
}
