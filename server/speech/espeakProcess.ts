import { setImmediate } from 'node:timers/promises';
import { Espeak } from './espeak.ts';
import { espeakVoice, type EspeakVoice } from './espeakVoices.ts';
import { answerQuestions } from './questions.ts';

// The process of the embedded voice: text in, Opus and the times of words out. espeak-ng is under
// the GPL and reads what strangers wrote: two reasons for a process of its own.

/** Said to nobody at the start: V8 makes espeak-ng ten times as fast once it has seen it work. */
const REHEARSALS = [
  ['es', 'Buenos días a todos, ¿me oyen bien desde aquí?'],
  ['en', 'Good morning everyone, can you hear me?'],
  ['es', 'Sí, muy bien. Empezamos ya, que son las diez y cuarto.'],
] as const;

const espeak = await Espeak.load();
answerQuestions(({ text, voice }: { text: string; voice: EspeakVoice }) => espeak.say(text, voice));
for (const [language, text] of REHEARSALS) {
  // What was asked meanwhile comes first.
  await setImmediate();
  espeak.say(text, espeakVoice(language, 0) as EspeakVoice);
}
