import wrtc from '@roamhq/wrtc';
import { shareOf } from './spectrum.ts';

const { RTCAudioSink, RTCAudioSource } = wrtc.nonstandard;

const SAMPLE_RATE = 48_000;
const SAMPLES_PER_MS = SAMPLE_RATE / 1_000;
const CHUNK_MS = 10;
const CHUNK_SAMPLES = (SAMPLE_RATE * CHUNK_MS) / 1_000;
const AMPLITUDE = 12_000;

interface SinkData {
  readonly samples: Int16Array;
  readonly channelCount?: number;
  readonly sampleRate: number;
}

/** A sine, played into a track or recognised on one. */
export class Tone {
  readonly track: MediaStreamTrack;
  readonly #stop: () => void;
  /** The last second that was heard, in a ring. */
  readonly #ring = new Int16Array(SAMPLE_RATE);
  #heard = 0;
  /** Changes what is played, at once. */
  tuneTo: (frequencyHz: number) => void = () => {};
  /** When the first sound was heard, on performance's clock; null before. */
  firstHeardMs: number | null = null;
  /** When sound was heard last, on the same clock. */
  lastHeardMs = 0;
  #quietMs = 0;
  #longestQuietMs = 0;

  /** A track on which a sine of `frequencyHz` sounds. */
  static playing(frequencyHz: number): Tone {
    const source = new RTCAudioSource();
    let hz = frequencyHz;
    let phase = 0;
    let sentChunks = 0;
    const startedMs = performance.now();
    // Timers come late; the clock says how much sound is due.
    const play = () => {
      const due = Math.floor((performance.now() - startedMs) / CHUNK_MS);
      for (; sentChunks < due; sentChunks += 1) {
        const samples = Int16Array.from({ length: CHUNK_SAMPLES }, () => {
          phase += (2 * Math.PI * hz) / SAMPLE_RATE;
          return Math.round(AMPLITUDE * Math.sin(phase));
        });
        source.onData({
          samples,
          sampleRate: SAMPLE_RATE,
          bitsPerSample: 16,
          channelCount: 1,
          numberOfFrames: CHUNK_SAMPLES,
        });
      }
    };
    const timer = setInterval(play, CHUNK_MS);
    const track = source.createTrack();
    const tone = new Tone(track, () => {
      clearInterval(timer);
      track.stop();
    });
    tone.tuneTo = (frequencyHz) => {
      // What is due by now is of the tone until now, also when the event loop stood still.
      play();
      hz = frequencyHz;
    };
    return tone;
  }

  static heardOn(track: MediaStreamTrack): Tone {
    const sink = new RTCAudioSink(track);
    const tone: Tone = new Tone(track, () => sink.stop());
    sink.ondata = ({ samples, channelCount = 1, sampleRate }: SinkData) => {
      if (sampleRate !== SAMPLE_RATE) return;
      for (let at = 0; at < samples.length; at += channelCount) {
        tone.#ring[tone.#heard++ % SAMPLE_RATE] = samples[at] as number;
      }
      tone.#noteQuiet(samples, channelCount);
    };
    return tone;
  }

  private constructor(track: MediaStreamTrack, stop: () => void) {
    this.track = track;
    this.#stop = stop;
  }

  /** Share of the last half second's energy at `frequencyHz`, 0 to 1. 0 before there is any. */
  shareOf(frequencyHz: number): number {
    return shareOf(this.#last(SAMPLE_RATE / 2), frequencyHz, SAMPLE_RATE);
  }

  /** Root mean square of the last 200 ms, full scale 1. 0 before there is any. */
  get loudness(): number {
    const samples = this.#last(SAMPLE_RATE / 5);
    const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
    return Math.sqrt(energy / Math.max(1, samples.length));
  }

  /** The longest time without sound since it was last asked for. */
  takeLongestQuietMs(): number {
    const longest = Math.max(this.#longestQuietMs, this.#quietMs);
    this.#longestQuietMs = this.#quietMs = 0;
    return longest;
  }

  close(): void {
    this.#stop();
  }

  /** The last samples that were heard, full scale 1; none before there are so many. */
  #last(count: number): Float32Array {
    if (this.#heard < count) return new Float32Array(0);
    const from = this.#heard - count;
    return Float32Array.from(
      { length: count },
      (_, at) => (this.#ring[(from + at) % SAMPLE_RATE] as number) / 32_768,
    );
  }

  #noteQuiet(samples: Int16Array, channelCount: number): void {
    const isQuiet = samples.every((sample) => Math.abs(sample) < AMPLITUDE / 10);
    if (!isQuiet) {
      this.lastHeardMs = performance.now();
      this.firstHeardMs ??= this.lastHeardMs;
    }
    this.#quietMs = isQuiet ? this.#quietMs + samples.length / channelCount / SAMPLES_PER_MS : 0;
    this.#longestQuietMs = Math.max(this.#longestQuietMs, this.#quietMs);
  }
}
