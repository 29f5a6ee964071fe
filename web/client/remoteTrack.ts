import type { ConsumerOptions } from '#protocol';
import type { Consumer } from 'mediasoup-client/types';
import type { HearingWay } from './hearingChange.ts';
import { visibleLevel } from './levels.ts';

/** A level older than this belongs to a sound that has ended: with DTX silence sends nothing. */
const STALE_MS = 500;
/** A volume that jumps clicks; one that creeps covers the first word. */
const FADE_STEPS = 6;
const FADE_STEP_MS = 25;

/** What is heard: somebody's microphone, a slot of the stage whoever is in it, or with neither the room's voice. */
export type Heard = Pick<ConsumerOptions, 'peerId' | 'slot'>;

export function wayOf({ peerId, slot }: Heard): HearingWay | null {
  if (slot !== undefined) return 'slots';
  return peerId === null ? null : 'microphones';
}

/** Something that is heard of the room, playing. */
export class RemoteTrack {
  readonly heard: Heard;
  readonly #consumer: Consumer;
  readonly #audio: HTMLAudioElement;
  #fade: ReturnType<typeof setInterval> | undefined;
  #arrival = { timestamp: 0, seenMs: 0 };

  constructor(options: { heard: Heard; consumer: Consumer; sinkId: string; volume: number }) {
    const { peerId, slot } = (this.heard = options.heard);
    this.#consumer = options.consumer;
    this.#audio = document.createElement('audio');
    if (peerId !== null) this.#audio.dataset['peerId'] = peerId;
    else if (slot !== undefined) this.#audio.dataset['slot'] = String(slot);
    else this.#audio.dataset['voice'] = 'room';
    this.#audio.volume = options.volume;
    this.#audio.srcObject = new MediaStream([options.consumer.track]);
    document.body.append(this.#audio);
    if (options.sinkId) void this.setSinkId(options.sinkId);
  }

  /** Whether it plays; false when the browser wants a tap first. */
  async play(): Promise<boolean> {
    try {
      await this.#audio.play();
      return true;
    } catch (error) {
      // AbortError: the element went away meanwhile, which is nobody's to mend.
      return !(error instanceof DOMException && error.name === 'NotAllowedError');
    }
  }

  /** Null for the room's voice. */
  get way(): HearingWay | null {
    return wayOf(this.heard);
  }

  /** Gives it a volume from 0 to 1 at once: between two people nothing is covered, and nothing clicks. */
  set volume(volume: number) {
    clearInterval(this.#fade);
    this.#audio.volume = volume;
  }

  /** Brings it to a volume from 0 to 1; some phones leave that to their own buttons. */
  fadeTo(volume: number): void {
    clearInterval(this.#fade);
    const from = this.#audio.volume;
    let step = 0;
    if (from === volume) return;
    this.#fade = setInterval(() => {
      step += 1;
      const isLast = step === FADE_STEPS;
      this.#audio.volume = isLast ? volume : from + ((volume - from) * step) / FADE_STEPS;
      if (isLast) clearInterval(this.#fade);
    }, FADE_STEP_MS);
  }

  /** Where it plays; browsers that cannot choose keep to their default. */
  async setSinkId(deviceId: string): Promise<void> {
    if ('setSinkId' in this.#audio) await this.#audio.setSinkId(deviceId).catch(() => undefined);
  }

  /** When its sound was last seen to arrive, milliseconds since 1970; 0 when none has. As exact as it is often asked. */
  get arrivedMs(): number {
    this.#look();
    return this.#arrival.seenMs;
  }

  /** How loud it is at this moment, 0 to 1, as the RTP header says (RFC 6464) or the decoder heard. */
  get level(): number {
    const source = this.#look();
    if (!source || Date.now() - this.#arrival.seenMs > STALE_MS) return 0;
    return visibleLevel(source.audioLevel ?? 0);
  }

  /** Timestamps are compared with each other only: Safari counted them from no known moment (WebKit bug 307036). */
  #look(): RTCRtpSynchronizationSource | undefined {
    const source = this.#consumer.rtpReceiver?.getSynchronizationSources?.()[0];
    if (source && source.timestamp !== this.#arrival.timestamp) {
      this.#arrival = { timestamp: source.timestamp, seenMs: Date.now() };
    }
    return source;
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#fade);
    this.#consumer.close();
    this.#audio.srcObject = null;
    this.#audio.remove();
  }
}
