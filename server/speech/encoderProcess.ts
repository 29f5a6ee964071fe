import { answerQuestions } from './questions.ts';
import { SoundPacker, type PackedSound } from './soundPacker.ts';
import { readWav } from './wav.ts';

// The process that makes Opus of what a command said: reading a foreign file and encoding it are
// nothing for the server's event loop.

const packer = new SoundPacker();
answerQuestions(({ wav }: { wav: Uint8Array }): PackedSound => {
  const { samples, rate } = readWav(wav);
  return packer.pack(samples, rate);
});
