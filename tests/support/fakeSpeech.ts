import type { SpeechEngine, SpeechRequest, SpokenSound } from '#server/session/ports.ts';
import { Latch } from './fakes.ts';

/** A voice without sound: so many packets for each character. */
export class FakeSpeech implements SpeechEngine {
  readonly requests: SpeechRequest[] = [];
  readonly working = new Latch();
  readonly languages = ['es', 'en'];
  fails = false;
  packetsPerCharacter = 1;

  speaks(language: string): boolean {
    return this.languages.includes(language.split('-')[0] ?? '');
  }

  async say(request: SpeechRequest): Promise<SpokenSound> {
    this.requests.push(request);
    await this.working.wait();
    if (this.fails) throw new Error('no voice today');
    const { length } = request.text;
    const packets = Array.from({ length: length * this.packetsPerCharacter }, (_, index) =>
      Uint8Array.of(0xf8, length, index & 0xff),
    );
    return { packets, words: [{ index: 0, atMs: 0 }] };
  }

  async close(): Promise<void> {}
}
