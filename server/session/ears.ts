import type { ConsumerId, PeerId, ProducerId } from '#protocol';
import { announce, offer } from './announce.ts';
import type { PeerSession } from './peerSession.ts';
import type { Hearing, Log, MediaPeer } from './ports.ts';

/** Whose microphone it is. */
export interface Voice {
  readonly peerId: PeerId;
  readonly producerId: ProducerId;
}

/** A microphone's way to one listener. */
interface Line {
  consumerId: ConsumerId | null;
  isWanted: boolean;
  /** Resolves when the client has it, or will not have it. */
  settled: Promise<void>;
  drop: () => void;
}

interface Options {
  readonly session: PeerSession;
  readonly media: MediaPeer;
  /** How its way in was opened. */
  readonly hearing: Hearing;
  /** The microphones that are connected at this moment, but for one's own. */
  readonly microphones: () => readonly Voice[];
  /** This way in cannot carry what is to be heard: another one has to be built. */
  readonly unfit: () => void;
  readonly log: Log;
}

/**
 * What one person hears over one way in: the stage's slots, or each microphone by itself. It changes from one to the
 * other at once, when all of the other has reached the client: nobody is heard twice, and nobody missed.
 */
export class Ears {
  readonly #options: Options;
  readonly #lines = new Map<ProducerId, Line>();
  #slots: Promise<unknown> | null;
  #hearing: Hearing;
  #wanted: Hearing;
  /** What is wanted has been said anew: what was being made ready may be gone. */
  #turn = 0;
  #isChanging = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#hearing = options.hearing;
    this.#wanted = options.hearing;
    this.#slots = options.hearing === 'slots' ? Promise.resolve() : null;
  }

  /** What is to be heard. */
  get hearing(): Hearing {
    return this.#wanted;
  }

  /** Its Consumer comes with the way in. */
  has(producerId: ProducerId, consumerId: ConsumerId): void {
    const settled = Promise.resolve();
    this.#lines.set(producerId, { consumerId, isWanted: true, settled, drop: () => {} });
  }

  microphoneConnected(voice: Voice): void {
    if (this.#wanted === 'microphones') void this.#lineOf(voice);
  }

  /** Its Consumers ended with it. */
  microphoneGone(producerId: ProducerId): void {
    this.#drop(producerId);
  }

  /** Hears by this from the moment when all of it is there. */
  want(hearing: Hearing): void {
    this.#wanted = hearing;
    this.#turn += 1;
    // Called back before any of it was heard.
    if (hearing === 'slots' && this.#hearing === 'slots') this.#closeMicrophones();
    if (!this.#isChanging) void this.#change();
  }

  /** The way in is gone. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const producerId of [...this.#lines.keys()]) this.#drop(producerId);
  }

  async #change(): Promise<void> {
    this.#isChanging = true;
    try {
      while (!this.#closed && this.#hearing !== this.#wanted) await this.#changeTo(this.#wanted);
    } catch (err) {
      if (this.#closed) return;
      const { session, log, unfit } = this.#options;
      log.info({ peerId: session.peerId, err }, 'way in to be built anew');
      unfit();
    } finally {
      this.#isChanging = false;
    }
  }

  async #changeTo(wanted: Hearing): Promise<void> {
    const { media, microphones } = this.#options;
    const turn = this.#turn;
    if (wanted === 'slots') await (this.#slots ??= this.#offerSlots());
    else await Promise.all(microphones().map((voice) => this.#lineOf(voice).settled));
    if (this.#closed || turn !== this.#turn) return;
    this.#hearing = wanted;
    await media.hear(wanted);
    if (wanted === 'slots' && this.#wanted === 'slots') this.#closeMicrophones();
  }

  /** The one there is, or a new one that is offered to the client. */
  #lineOf({ peerId, producerId }: Voice): Line {
    const known = this.#lines.get(producerId);
    if (known) return known;
    const { session: listener, media, log } = this.#options;
    const dropped = Promise.withResolvers<void>();
    const line: Line = {
      ...{ consumerId: null, isWanted: true, settled: dropped.promise, drop: dropped.resolve },
    };
    this.#lines.set(producerId, line);
    const announced = announce({
      ...{ listener, media, log },
      isWanted: () => line.isWanted,
      make: async () => {
        const consumer = await media.consume({ producerId, peerId, paused: true });
        line.consumerId = consumer.consumerId;
        return consumer;
      },
    });
    line.settled = Promise.race([
      dropped.promise,
      announced.then((isHeard) => {
        // Offered again when it is next to be heard.
        if (!isHeard && this.#lines.get(producerId) === line) this.#lines.delete(producerId);
      }),
    ]);
    return line;
  }

  async #offerSlots(): Promise<void> {
    const { session, media } = this.#options;
    const slots = await media.consumeSlots();
    const isWanted = () => !this.#closed;
    await Promise.all(slots.map((slot) => offer({ listener: session, media, isWanted }, slot)));
  }

  #closeMicrophones(): void {
    const { media } = this.#options;
    for (const [producerId, { consumerId }] of this.#lines) {
      this.#drop(producerId);
      if (consumerId) media.closeConsumer(consumerId);
    }
  }

  #drop(producerId: ProducerId): void {
    const line = this.#lines.get(producerId);
    if (!line) return;
    this.#lines.delete(producerId);
    line.isWanted = false;
    line.drop();
  }
}
