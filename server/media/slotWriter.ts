import { randomInt } from 'node:crypto';
import { FRAME_20_MS } from '../domain/opus.ts';
import { SILENCE_20_MS } from '../domain/opusFrames.ts';
import type { RtpPacket } from '../domain/rtp.ts';
import { Alarm } from './alarm.ts';
import { FramePacker, type FramesPerPacket, type Sound } from './framePacker.ts';
import { PacketOrder } from './packetOrder.ts';
import { SlotClock, type Place } from './slotClock.ts';

/** A packet of whoever has the slot. */
export interface SlotPacket extends RtpPacket {
  readonly samples: number;
}

type Send = (
  opus: Uint8Array,
  at: { sequence: number; timestamp: number; marker: boolean },
) => void;

/** Makes one continuous Opus stream of the packets of one source after the other. */
export class SlotWriter {
  readonly #send: Send;
  readonly #clock = new SlotClock(randomInt(2 ** 32));
  readonly #order = new PacketOrder<{ readonly sequence: number; readonly sound: Sound }>();
  readonly #packer = new FramePacker();
  readonly #alarm = new Alarm(() => this.#onAlarm());
  #source: unknown = null;
  /** The last that was sent, without wraps. */
  #sequence = randomInt(2 ** 16);
  /** From a source's own count to the slot's; null where its next packet follows what was sent. */
  #offset: number | null = null;
  #firstOfSource = 0;

  constructor(send: Send) {
    this.#send = send;
  }

  setFramesPerPacket(frames: FramesPerPacket): void {
    if (frames === this.#packer.framesPerPacket) return;
    this.#endStretch(performance.now());
    this.#packer.framesPerPacket = frames;
  }

  write(source: unknown, packet: SlotPacket, nowMs: number): void {
    if (source !== this.#source) {
      this.#source = source;
      this.#begin(packet, nowMs);
      return;
    }
    const place = this.#clock.place(packet, nowMs);
    if (place !== null) return this.#take(packet, place, nowMs);
    this.#endStretch(nowMs);
    const anew = this.#clock.resume(packet, nowMs);
    if (anew !== null) this.#take({ ...packet, marker: true }, anew, nowMs);
  }

  close(): void {
    this.#alarm.close();
  }

  /**
   * Whoever begins is preceded by 20 ms of silence, so that a decoder ends what it had of another voice
   * gently and goes on from nothing of it. Without a pause before, it takes the place of the first packet.
   */
  #begin(packet: SlotPacket, nowMs: number): void {
    this.#endStretch(nowMs);
    const { isNew, end } = this.#clock;
    const place = this.#clock.begin(packet, nowMs);
    if (isNew) return this.#take({ ...packet, marker: true }, place, nowMs);
    const hasPause = place.timestamp - end >= FRAME_20_MS;
    const silence: Sound = {
      payload: SILENCE_20_MS,
      // What a receiver has to make up between two voices not in phase is then of silence.
      timestamp: hasPause ? place.timestamp - FRAME_20_MS : end,
      samples: FRAME_20_MS,
      marker: true,
      afterLoss: false,
    };
    this.#put(silence, this.#sequence + 1);
    if (hasPause) this.#take({ ...packet, marker: false }, place, nowMs);
    else this.#clock.took(silence, nowMs);
  }

  #take(packet: SlotPacket, place: Place, nowMs: number): void {
    const { payload, samples, marker, sequence } = packet;
    const sound = { payload, samples, marker, timestamp: place.timestamp, afterLoss: false };
    if (this.#packer.framesPerPacket === 1) {
      if (this.#offset === null) {
        this.#offset = this.#sequence + 1 - place.sequence;
        this.#firstOfSource = place.sequence;
      }
      if (place.sequence < this.#firstOfSource) return;
      this.#clock.took(sound, nowMs);
      this.#put(sound, this.#offset + place.sequence);
      return;
    }
    this.#clock.took(sound, nowMs);
    this.#pack(this.#order.push({ sequence, sound }, nowMs), nowMs);
    this.#setAlarm();
  }

  #pack(ordered: readonly { packet: { sound: Sound }; afterLoss: boolean }[], nowMs: number): void {
    for (const { packet, afterLoss } of ordered) {
      this.#putAll(this.#packer.push({ ...packet.sound, afterLoss }, nowMs));
    }
  }

  /** A gap in the numbers lets receivers conceal what is lost. */
  #putAll(sounds: readonly Sound[]): void {
    for (const sound of sounds) this.#put(sound, this.#sequence + (sound.afterLoss ? 2 : 1));
  }

  #put({ payload, timestamp, marker }: Sound, sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence);
    this.#send(payload, { sequence, timestamp, marker });
  }

  /** Sends what waits; the next packet follows it whatever its number is. */
  #endStretch(nowMs: number): void {
    this.#pack(this.#order.release(), nowMs);
    this.#putAll(this.#packer.flush());
    this.#order.reset();
    this.#offset = null;
    this.#alarm.setFor(null);
  }

  #onAlarm(): void {
    const nowMs = performance.now();
    if (nowMs >= (this.#order.deadlineMs ?? Infinity)) this.#pack(this.#order.release(), nowMs);
    if (nowMs >= (this.#packer.deadlineMs ?? Infinity)) this.#putAll(this.#packer.flush());
    this.#setAlarm();
  }

  #setAlarm(): void {
    const dueMs = Math.min(this.#order.deadlineMs ?? Infinity, this.#packer.deadlineMs ?? Infinity);
    this.#alarm.setFor(dueMs === Infinity ? null : dueMs);
  }
}
