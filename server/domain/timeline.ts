import { CaptureJumps } from './captureJumps.ts';
import {
  follows,
  JUMP_TOLERANCE,
  SAMPLES_PER_MS,
  SECOND,
  type Accepted,
  type StreamPlan,
  type TimedPacket,
} from './timedPackets.ts';
import { insertPiece, offsetAt, type Piece } from './timelinePieces.ts';

// Where the packets of a stream belong on the recording's clock: samples at 48 kHz since the start,
// measured on the server's monotonic clock. A packet's place is its unwrapped RTP timestamp plus an
// offset; all the rules here are about that offset.

/** The offset of a stretch is that of its least delayed packet in this time. */
const ANCHOR_MS = 2_000;
/** A timestamp further back than this is no late packet. */
const LATEST = 2 * SECOND;
/** Between two sender reports: what counts as a step, beside clocks that run unevenly. */
const STEP = 60 * SAMPLES_PER_MS;
const UNEVENNESS = 500e-6;
/** For how many sender reports a step may wait for the packet that shows it. */
const STEP_PATIENCE = 2;
/** No network holds everything back this long for good: the sender's capture stood still. */
const STALL = 3 * SECOND;
const STALL_WATCH_MS = 2_000;
const DRIFT_WINDOW_MS = 10_000;
const DRIFT_WINDOW_PACKETS = 20;
const DRIFT_STEP = 20 * SAMPLES_PER_MS;
/** Silence in which drift is corrected without being heard. */
const GAP = 100 * SAMPLES_PER_MS;
/** Silence after which nothing is known of the drift meanwhile. */
const LONG_GAP = 5 * SECOND;
/** A sender that jumps about more often is not listened to any longer. */
const MAX_SEGMENTS = 10_000;

/**
 * Follows one stream in the order of arrival and finds its offsets. What it accepts depends on the
 * past alone, while offsets can be mended for packets that came before: so a stream is followed
 * twice, first for the plan, then to place each packet by it.
 */
export class StreamTimeline<Packet extends TimedPacket = TimedPacket> {
  readonly #segments: Piece[][] = [];
  /** Of the packet furthest on. */
  #timestamp = 0;
  #arrivalMs = 0;
  #end = 0;
  #offset = 0;
  #anchorUntilMs = 0;
  /** A packet that does not continue the stream; the next may prove it right. */
  #suspect: Packet | null = null;

  #windowEndMs = 0;
  #windowLowest = Infinity;
  #windowPackets = 0;
  /** Known drift, not yet corrected. */
  #drift = 0;

  #report: { ntp: number; rtp: number } | null = null;
  #unexplained = 0;
  /** Since the last report. */
  readonly #jumps = new CaptureJumps();
  #stall: { at: number; untilMs: number; lowest: number } | null = null;

  /** The packets that can now be told to belong: none, this one, or the one before it too. */
  push(packet: Packet): Accepted<Packet>[] {
    if (this.#segments.length > 0) {
      const timestamp = this.#unwrap(packet.timestamp);
      if (this.#continues(timestamp, packet.arrivalMs)) {
        this.#suspect = null;
        return [this.#accept(packet, timestamp)];
      }
      const suspect = this.#suspect;
      this.#suspect = packet;
      if (suspect === null || !follows(suspect, packet)) return [];
      if (this.#segments.length >= MAX_SEGMENTS) return [];
      this.#suspect = null;
      this.#openSegment(suspect);
      const first = this.#accept(suspect, suspect.timestamp);
      return [first, this.#accept(packet, this.#unwrap(packet.timestamp))];
    }
    this.#openSegment(packet);
    return [this.#accept(packet, packet.timestamp)];
  }

  /** A sender report: NTP time in seconds, RTP timestamp of 32 bits. */
  report(report: { ntpSeconds: number; rtpTimestamp: number }): void {
    if (this.#segments.length === 0) return;
    const next = { ntp: report.ntpSeconds * SECOND, rtp: this.#unwrap(report.rtpTimestamp) };
    const last = this.#report;
    if (last === null || next.ntp <= last.ntp) {
      this.#forgetReports();
      this.#report = next;
      return;
    }
    const elapsed = next.ntp - last.ntp;
    const step = elapsed - (next.rtp - last.rtp);
    if (step > STEP + UNEVENNESS * elapsed) {
      const jumps = this.#jumps.explain(step, this.#offset);
      if (jumps === null && this.#unexplained++ < STEP_PATIENCE) return;
      let offset = offsetAt(this.#pieces, jumps?.[0]?.at ?? 0);
      for (const { at, size } of jumps ?? []) this.#insert(at, (offset += size));
    }
    this.#forgetReports();
    this.#report = next;
  }

  plan(): StreamPlan {
    this.#judgeStall();
    return { segments: this.#segments };
  }

  /** The timestamp without its wrap, by the one furthest on: nearer than 2**31 either way. */
  #unwrap(timestamp: number): number {
    return this.#timestamp + ((timestamp - this.#timestamp) | 0);
  }

  #continues(timestamp: number, arrivalMs: number): boolean {
    const ahead = timestamp - this.#timestamp;
    if (ahead < -LATEST) return false;
    const arrival = arrivalMs * SAMPLES_PER_MS;
    const anchored = arrivalMs > this.#anchorUntilMs;
    if (anchored && timestamp + this.#offset - arrival > JUMP_TOLERANCE) return false;
    const elapsed = arrival - this.#arrivalMs * SAMPLES_PER_MS;
    return ahead <= JUMP_TOLERANCE || Math.abs(ahead - elapsed) <= JUMP_TOLERANCE;
  }

  #openSegment(packet: Packet): void {
    this.#judgeStall();
    this.#segments.push([]);
    this.#timestamp = packet.timestamp;
    this.#arrivalMs = packet.arrivalMs;
    this.#end = packet.timestamp;
    this.#anchor(packet.timestamp, packet.arrivalMs);
  }

  #accept(packet: Packet, timestamp: number): Accepted<Packet> {
    const { arrivalMs, samples } = packet;
    const ahead = timestamp - this.#timestamp;
    const gap = timestamp - this.#end;
    if (gap >= LONG_GAP) {
      this.#judgeStall();
      this.#anchor(timestamp, arrivalMs);
    }
    const delay = arrivalMs * SAMPLES_PER_MS - timestamp;
    if (arrivalMs <= this.#anchorUntilMs) this.#settle(delay);
    else {
      this.#watchStall(delay, arrivalMs);
      if (ahead > 0) this.#noteJump(delay, timestamp, arrivalMs);
      if (gap >= GAP) this.#correctInGap(timestamp, gap);
      this.#followDrift(delay, timestamp, arrivalMs);
    }
    if (ahead >= 0) {
      this.#timestamp = timestamp;
      this.#arrivalMs = arrivalMs;
      this.#end = timestamp + samples;
    }
    return { packet, segment: this.#segments.length - 1, timestamp };
  }

  #anchor(timestamp: number, arrivalMs: number): void {
    this.#anchorUntilMs = arrivalMs + ANCHOR_MS;
    this.#stall = null;
    this.#report = null;
    this.#forgetReports();
    this.#insert(timestamp, arrivalMs * SAMPLES_PER_MS - timestamp);
  }

  /** While the anchor is sought, every packet that came sooner moves it. */
  #settle(delay: number): void {
    const piece = this.#pieces.at(-1) as Piece;
    if (delay < piece.offset) piece.offset = this.#offset = delay;
  }

  #noteJump(delay: number, timestamp: number, arrivalMs: number): void {
    const size = delay - (this.#arrivalMs * SAMPLES_PER_MS - this.#timestamp);
    this.#jumps.note({ size, at: timestamp }, delay);
    if (size < STALL) return;
    this.#judgeStall();
    this.#stall = { at: timestamp, untilMs: arrivalMs + STALL_WATCH_MS, lowest: delay };
  }

  /** After a network's stall the packets catch up; after a capture's, they all stay late. */
  #watchStall(delay: number, arrivalMs: number): void {
    if (this.#stall === null) return;
    this.#stall.lowest = Math.min(this.#stall.lowest, delay);
    if (arrivalMs >= this.#stall.untilMs) this.#judgeStall();
  }

  #judgeStall(): void {
    const stall = this.#stall;
    this.#stall = null;
    if (stall === null) return;
    const size = stall.lowest - this.#offset;
    if (size < STALL / 2) return;
    this.#insert(stall.at, stall.lowest);
    // The next report tells what this has not made good.
    if (this.#report !== null) this.#report = { ...this.#report, ntp: this.#report.ntp + size };
    this.#forgetReports();
  }

  #correctInGap(timestamp: number, gap: number): void {
    const correction = Math.max(this.#drift, -gap);
    if (Math.abs(correction) < SAMPLES_PER_MS) return;
    this.#insert(timestamp, this.#offset + correction);
  }

  #followDrift(delay: number, timestamp: number, arrivalMs: number): void {
    this.#windowLowest = Math.min(this.#windowLowest, delay);
    this.#windowPackets++;
    if (arrivalMs < this.#windowEndMs || this.#windowPackets < DRIFT_WINDOW_PACKETS) return;
    const drift = this.#windowLowest - this.#offset;
    if (Math.abs(drift) > DRIFT_STEP) {
      const correction = Math.sign(drift) * DRIFT_STEP;
      this.#insert(timestamp, this.#offset + correction);
      this.#drift = drift - correction;
    } else {
      this.#beginWindow(arrivalMs);
      this.#drift = drift;
    }
  }

  /** From `timestamp` on the offset is this one. What drift was known belongs to the old one. */
  #insert(timestamp: number, offset: number): void {
    insertPiece(this.#pieces, { from: timestamp, offset });
    this.#offset = offset;
    this.#drift = 0;
    this.#beginWindow(this.#arrivalMs);
  }

  #beginWindow(arrivalMs: number): void {
    this.#windowEndMs = arrivalMs + DRIFT_WINDOW_MS;
    this.#windowLowest = Infinity;
    this.#windowPackets = 0;
  }

  #forgetReports(): void {
    this.#unexplained = 0;
    this.#jumps.forget();
  }

  get #pieces(): Piece[] {
    return this.#segments.at(-1) as Piece[];
  }
}
