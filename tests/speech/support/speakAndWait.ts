import { EspeakEngine } from '#server/speech/espeakEngine.ts';

// A server that is there, and has the embedded voice.

const engine = new EspeakEngine();
await engine.say({ text: 'Hola', language: 'es', voice: 0 });
process.stdout.write('ready\n');
setInterval(() => {}, 1_000);
