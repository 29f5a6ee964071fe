import load, { type EspeakWorker } from '@echogarden/espeak-ng-emscripten';
import type { SpokenSound } from '../session/ports.ts';
import type { EspeakVoice } from './espeakVoices.ts';
import { Refusal } from './questions.ts';
import { LONGEST_SECONDS, SoundPacker } from './soundPacker.ts';
import { Speakable } from './speakable.ts';

/** Words a minute: a little below espeak-ng's own 175, since nobody can ask it to repeat itself. */
const RATE = 168;
/** Of espeak-ng's 100, with which most variants are clipped; it is made louder again afterwards. */
const VOLUME = 40;
const FULL_SCALE = 32_768;
/** What one phrase may tell of (`SpokenSchema` of the protocol); 280 graphemes have fewer words. */
const MAX_WORDS = 300;

/** espeak-ng in this process. It is under the GPL, version 3: no other process may load this file. */
export class Espeak {
  readonly #worker: EspeakWorker;
  readonly #packer = new SoundPacker();

  static async load(): Promise<Espeak> {
    // What it has to complain of has people's text in it.
    const { eSpeakNGWorker } = await load({ print: () => {}, printErr: () => {} });
    return new Espeak(new eSpeakNGWorker());
  }

  private constructor(worker: EspeakWorker) {
    this.#worker = worker;
  }

  /** @throws Refusal when there is nothing to say, too much, or no such voice */
  say(original: string, { name, pitch }: EspeakVoice): SpokenSound {
    const worker = this.#worker;
    if (worker.set_voice(name, null) !== 0) throw new Refusal(`espeak-ng has no voice ${name}`);
    worker.rate = RATE;
    worker.volume = VOLUME;
    worker.pitch = pitch;
    worker.range = 50;
    const text = new Speakable(original);
    const pieces: Int16Array[] = [];
    const words: { index: number; atMs: number }[] = [];
    let length = 0;
    worker.synthesize_and_get_phonemes(text.text, (piece, events) => {
      pieces.push(piece);
      length += piece.length;
      for (const { type, text_position, audio_position } of events) {
        const index = type === 'word' ? text.indexOf(text_position - 1) : undefined;
        // Of what is spelled each letter comes as a word, all of them at the same place.
        if (index === undefined || index <= (words.at(-1)?.index ?? -1)) continue;
        words.push({ index, atMs: audio_position });
      }
      return length > LONGEST_SECONDS * worker.samplerate;
    });
    const { packets, cutMs } = this.#packer.pack(join(pieces, length), worker.samplerate);
    return {
      packets,
      words: words
        .slice(0, MAX_WORDS)
        .map(({ index, atMs }) => ({ index, atMs: Math.max(0, atMs - cutMs) })),
    };
  }
}

function join(pieces: readonly Int16Array[], length: number): Float32Array {
  const whole = new Float32Array(length);
  let at = 0;
  for (const piece of pieces) {
    for (let index = 0; index < piece.length; index++, at++) {
      whole[at] = (piece[index] as number) / FULL_SCALE;
    }
  }
  return whole;
}
