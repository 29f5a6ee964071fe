import { PACKET_MS, SILENT_PACKET } from './phraseSounds.ts';
import type { Clock, MediaRoom } from './ports.ts';

/** Packets sent before their time, so that a busy moment of this process is not heard. */
const LEAD = 3;
/** Sent after the last sound: a decoder that makes up what is missing then makes up silence. */
const TAIL = 3;
const SAMPLES_PER_MS = 48;

/** Where a phrase goes beside the room: its track in the recording. */
export interface PhraseTrack {
  rtp(packet: Uint8Array): void;
  end(): void;
}

/** Sends the packets of a phrase at the pace at which they are to be heard. */
export class PhrasePlayer {
  readonly #media: () => MediaRoom;
  readonly #clock: Clock;
  readonly #originMs: number;
  #stop: () => void = () => {};

  constructor(options: { media: () => MediaRoom; clock: Clock }) {
    this.#media = options.media;
    this.#clock = options.clock;
    this.#originMs = options.clock.monotonicMs();
  }

  /** @param ended told once, also after `stop` */
  play(sound: readonly Uint8Array[], track: PhraseTrack | null, ended: () => void): void {
    const packets = [...sound, ...Array<Uint8Array>(TAIL).fill(SILENT_PACKET)];
    const startedMs = this.#clock.monotonicMs();
    const timestamp = Math.round((startedMs - this.#originMs) * SAMPLES_PER_MS);
    let sent = 0;
    let cancel: () => void = () => {};
    const send = (opus: Uint8Array) => {
      const packet = this.#media().voice.send(opus, {
        timestamp: timestamp + sent * PACKET_MS * SAMPLES_PER_MS,
        marker: sent === 0,
      });
      track?.rtp(packet);
      sent += 1;
    };
    const finish = () => {
      cancel();
      this.#stop = () => {};
      track?.end();
      ended();
    };
    const tick = () => {
      const elapsedMs = this.#clock.monotonicMs() - startedMs;
      const due = Math.floor(elapsedMs / PACKET_MS) + 1 + LEAD;
      while (sent < Math.min(due, packets.length)) send(packets[sent] as Uint8Array);
      if (elapsedMs >= sound.length * PACKET_MS) return finish();
      cancel = this.#clock.after(PACKET_MS - (elapsedMs % PACKET_MS), tick);
    };
    this.#stop = () => {
      for (let left = TAIL; left > 0; left -= 1) send(SILENT_PACKET);
      finish();
    };
    tick();
  }

  /** Ends what is being said, if anything is. */
  stop(): void {
    this.#stop();
  }
}
