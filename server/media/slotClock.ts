import type { RtpPacket } from '../domain/rtp.ts';
import { sequenceDistance, timestampDistance } from '../domain/rtp.ts';

const SAMPLES_PER_MS = 48;
/** How much faster than this machine's clock a sender's may be, in samples a sample. */
const DRIFT = 0.001;
/** How far a sender's timestamps may be from when its packets come. */
const TOLERANCE = 1_000 * SAMPLES_PER_MS;
/** How much sooner than its first packet others of a source may come, and a source go on that jumped. */
const JITTER = 200 * SAMPLES_PER_MS;
/** More packets than that are not lost, or overtaken, in a stream that goes on. */
const MAX_MISSING = 100;

/** Where a packet of a source belongs in its slot, without wraps. */
export interface Place {
  readonly timestamp: number;
  /** From where the source began; below 0 it comes from before. */
  readonly sequence: number;
}

/**
 * The time of a slot's stream, which goes on from one source to the next: each begins at as many samples after the
 * one before as time has gone by, never before its end, and goes on by its own timestamps.
 */
export class SlotClock {
  /** Arrival less timestamp of the packets that came soonest, in samples; null before the first. */
  #transit: number | null = null;
  /** How far the source is ahead of that, since another's sound did not end before. */
  #ahead = 0;
  #source: {
    readonly beganMs: number;
    /** Transit when it began; null where it was the first. */
    readonly transit: number | null;
    readonly beganTimestamp: number;
    last: RtpPacket;
    timestamp: number;
    sequence: number;
  } | null = null;
  #end: number;

  /** @param begin the first timestamp */
  constructor(begin: number) {
    this.#end = begin;
  }

  /** Where what was placed so far ends. */
  get end(): number {
    return this.#end;
  }

  /** Whether nothing has been placed yet. */
  get isNew(): boolean {
    return this.#transit === null;
  }

  /** Begins a source with its first packet. */
  begin(packet: RtpPacket, nowMs: number): Place {
    const now = nowMs * SAMPLES_PER_MS;
    const due = this.#transit === null ? this.#end : Math.round(now - this.#transit);
    const timestamp = Math.max(due, this.#end);
    this.#ahead = timestamp - due;
    this.#source = {
      beganMs: nowMs,
      transit: this.#transit,
      beganTimestamp: timestamp,
      last: packet,
      timestamp,
      sequence: 0,
    };
    return { timestamp, sequence: 0 };
  }

  /** Begins a source anew that jumped; null as long as it is far ahead of its time, where the packet is for nothing. */
  resume(packet: RtpPacket, nowMs: number): Place | null {
    this.#transit = this.#source?.transit ?? this.#transit;
    if (this.#transit === null) return this.begin(packet, nowMs);
    const ahead = this.#end - (nowMs * SAMPLES_PER_MS - this.#transit);
    return ahead > JITTER ? null : this.begin(packet, nowMs);
  }

  /** Null where the packet does not go on from those before it: its source jumped, and is to be resumed. */
  place(packet: RtpPacket, nowMs: number): Place | null {
    const source = this.#source;
    if (!source) return null;
    const ahead = sequenceDistance(source.last.sequence, packet.sequence);
    if (Math.abs(ahead) > MAX_MISSING) return null;
    const timestamp = source.timestamp + timestampDistance(source.last.timestamp, packet.timestamp);
    const elapsed = (nowMs - source.beganMs) * SAMPLES_PER_MS;
    const off = timestamp - source.beganTimestamp - elapsed;
    if (Math.abs(off) > TOLERANCE + DRIFT * elapsed) return null;
    const sequence = source.sequence + ahead;
    if (ahead > 0) Object.assign(source, { last: packet, timestamp, sequence });
    return { timestamp, sequence };
  }

  /** A packet was sent, or is about to be, of so many samples. */
  took({ timestamp, samples }: { timestamp: number; samples: number }, nowMs: number): void {
    this.#end = Math.max(this.#end, timestamp + samples);
    const transit = nowMs * SAMPLES_PER_MS - (timestamp - this.#ahead);
    const soonest = (this.#source?.transit ?? transit) - JITTER;
    const slowest = (this.#transit ?? transit) + DRIFT * samples;
    this.#transit = Math.max(soonest, Math.min(slowest, transit));
  }
}
