import type { ProducerId } from '#protocol';
import type { DirectTransport, Producer, Router } from 'mediasoup/types';
import { SlotHolders } from '../domain/slotHolders.ts';
import type { Heard } from '../domain/voiceLevel.ts';
import { AudibleVoices } from './audibleVoices.ts';
import { awakeClock } from './awakeClock.ts';
import type { FramesPerPacket } from './framePacker.ts';
import { OpusProducer } from './opusProducer.ts';
import { tapVoice } from './slotTap.ts';
import { SlotWriter, type SlotPacket } from './slotWriter.ts';

interface Microphone {
  readonly producer: Producer;
  /** Null while nobody needs it. */
  tap: Promise<{ close(): void }> | null;
}

type Changed = (holders: readonly (ProducerId | null)[]) => void;

/**
 * What an audience hears of a stage: a few streams that go on as long as the room does, with the
 * loudest of its microphones in them.
 */
export class StageSlots {
  /** One a slot. */
  readonly producers: readonly Producer[];
  readonly #direct: DirectTransport;
  readonly #router: Router;
  readonly #changed: Changed;
  readonly #writers: readonly SlotWriter[];
  readonly #holders: SlotHolders<ProducerId>;
  readonly #microphones = new Map<ProducerId, Microphone>();
  #audible: AudibleVoices | null = null;
  #isWatched = false;
  #isClosed = false;

  /**
   * @param options.direct where the slots are sent from and microphones are tapped, on their `router`
   * @param options.changed is told whose microphone is in which slot; null where nobody's
   */
  static async create(options: {
    direct: DirectTransport;
    router: Router;
    count: number;
    changed: Changed;
  }): Promise<StageSlots> {
    const { count, direct } = options;
    const streams = await Promise.all(
      Array.from({ length: count }, () => OpusProducer.create(direct)),
    );
    return new StageSlots({ ...options, streams });
  }

  private constructor(parts: {
    direct: DirectTransport;
    router: Router;
    changed: Changed;
    streams: readonly OpusProducer[];
  }) {
    this.#direct = parts.direct;
    this.#router = parts.router;
    this.#changed = parts.changed;
    this.producers = parts.streams.map(({ producer }) => producer);
    this.#writers = parts.streams.map(
      (stream) => new SlotWriter((opus, at) => stream.send(opus, at)),
    );
    this.#holders = new SlotHolders(parts.streams.length);
  }

  /** A microphone opened. When it closes, this is noticed here. */
  add(producer: Producer): void {
    if (producer.closed || this.#isClosed) return;
    const id = producer.id as ProducerId;
    this.#microphones.set(id, { producer, tap: null });
    this.#holders.add(id);
    this.#audible?.add(id);
    producer.observer.on('pause', () => this.#silence(id));
    producer.observer.on('close', () => this.#remove(id));
    this.#tapWhatIsNeeded();
  }

  /** From the next packet of each slot on. */
  setFramesPerPacket(frames: FramesPerPacket): void {
    for (const writer of this.#writers) writer.setFramesPerPacket(frames);
  }

  /** From here on the slots are sent: somebody listens. Idempotent. */
  watch(): void {
    this.#isWatched = true;
    this.#tapWhatIsNeeded();
  }

  /**
   * Tells which microphones are heard where at most `limit` can be, at once and whenever that changes:
   * all of so few, or the loudest.
   */
  onAudible(limit: number, tell: (audible: ReadonlySet<ProducerId>) => void): void {
    this.#audible = new AudibleVoices(limit, tell);
    for (const id of this.#microphones.keys()) this.#audible.add(id);
    this.#tapWhatIsNeeded();
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const writer of this.#writers) writer.close();
    for (const { tap } of this.#microphones.values()) void tap?.then((open) => open.close());
    this.#microphones.clear();
    for (const producer of this.producers) producer.close();
  }

  #tapWhatIsNeeded(): void {
    if (!this.#isWatched && !this.#audible?.mustChoose) return;
    for (const [id, microphone] of this.#microphones) {
      microphone.tap ??= this.#tap(id, microphone.producer);
    }
  }

  async #tap(id: ProducerId, microphone: Producer): Promise<{ close(): void }> {
    try {
      return await tapVoice({
        direct: this.#direct,
        router: this.#router,
        microphone,
        // What was on its way when it was muted is of before.
        heard: (packet, heard) => void (microphone.paused || this.#hear(id, packet, heard)),
      });
    } catch {
      // The microphone closed meanwhile, or the room.
      return { close() {} };
    }
  }

  #hear(id: ProducerId, packet: SlotPacket, heard: Heard): void {
    const awakeMs = awakeClock.nowMs();
    this.#audible?.hear(id, heard, awakeMs);
    if (!this.#isWatched || this.#isClosed) return;
    const before = this.#holders.slotOf(id);
    const slot = this.#holders.hear(id, heard, awakeMs);
    if (slot === null) return;
    this.#writers[slot]?.write(id, packet, performance.now());
    if (slot !== before) this.#changed([...this.#holders.holders]);
  }

  #silence(id: ProducerId): void {
    this.#holders.silence(id);
    this.#audible?.silence(id);
  }

  #remove(id: ProducerId): void {
    if (!this.#microphones.delete(id)) return;
    this.#audible?.remove(id);
    if (this.#holders.remove(id) !== null) this.#changed([...this.#holders.holders]);
  }
}
