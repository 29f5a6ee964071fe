import type { Config } from '../../server/config.ts';
import { openSpeech } from '../../server/speech/openSpeech.ts';
import { fail, ok, reasonOf, warn, type Finding } from './finding.ts';

const PACKET_MS = 20;
const SENTENCE = 'Hola';
const quiet = { info() {}, warn() {}, error() {} };

/** Whether the voice that reads phrases says a sentence. */
export async function lookAtVoice({ speech }: Config): Promise<Finding[]> {
  if (speech.kind === 'none') {
    return [
      ok(
        'SPEECH=none: las frases las leen los navegadores.',
        'SPEECH=none: browsers read phrases aloud.',
      ),
    ];
  }
  const engine = openSpeech(speech, quiet);
  if (!engine) {
    return [
      warn(
        'Falta @echogarden/espeak-ng-emscripten: nadie lee las frases. Instálalo, o pon SPEECH=none.',
        '@echogarden/espeak-ng-emscripten is missing: nobody reads phrases. Install it, or set SPEECH=none.',
      ),
    ];
  }
  const startedMs = performance.now();
  const language = engine.languages[0] ?? 'es';
  try {
    const { packets } = await engine.say({ text: SENTENCE, language, voice: 0 });
    const ms = Math.round(performance.now() - startedMs);
    if (packets.length === 0) throw new Error('silence');
    const spoken = packets.length * PACKET_MS;
    return [
      ok(
        `Dijo «${SENTENCE}» (${spoken} ms de sonido) en ${ms} ms.`,
        `It said “${SENTENCE}” (${spoken} ms of sound) within ${ms} ms.`,
      ),
    ];
  } catch (error) {
    const reason = reasonOf(error);
    const name = speech.kind === 'command' ? 'SPEECH_COMMAND' : 'SPEECH';
    return [
      fail(
        `${name}: no dijo nada (${reason}). Corrígelo, o pon SPEECH=none para que lean los navegadores.`,
        `${name}: it said nothing (${reason}). Correct it, or set SPEECH=none for browsers to read.`,
      ),
    ];
  } finally {
    await engine.close();
  }
}
