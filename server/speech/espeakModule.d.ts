/** The part of espeak-ng's build for Emscripten that is used. It has no types of its own. */
declare module '@echogarden/espeak-ng-emscripten' {
  export interface EspeakEvent {
    readonly type: 'word' | 'sentence' | 'mark' | 'play' | 'end' | 'msg_terminated' | 'phoneme';
    /** In code points, from 1. */
    readonly text_position: number;
    readonly word_length: number;
    /** Milliseconds from the start. */
    readonly audio_position: number;
  }

  export interface EspeakWorker {
    readonly samplerate: number;
    /** Words a minute. */
    rate: number;
    /** 100 is its own. */
    volume: number;
    /** 0 to 99; 50 is the voice's own. */
    pitch: number;
    /** How much the pitch moves, 0 to 99; 50 is the voice's own. */
    range: number;
    /** @returns 0 when there is such a voice */
    set_voice(name: string, language: null): number;
    /**
     * Takes the text as it stands, where `synthesize` would follow SSML and `[[phonemes]]` in it.
     * @param heard told pieces of sound, 16 bits, and what falls into them; ends it by returning true
     */
    synthesize_and_get_phonemes(
      text: string,
      heard: (samples: Int16Array, events: readonly EspeakEvent[]) => boolean,
    ): string;
  }

  export interface EspeakModule {
    readonly eSpeakNGWorker: new () => EspeakWorker;
  }

  export default function load(options: {
    print: (line: string) => void;
    printErr: (line: string) => void;
  }): Promise<EspeakModule>;
}
