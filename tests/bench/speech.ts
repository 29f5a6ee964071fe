import { EspeakEngine } from '#server/speech/espeakEngine.ts';
import { childrenOf, cpuSeconds, quantile } from './figures.ts';

const PHRASE = '¿Me oyen bien? Empezamos ya, que son las diez y cuarto, ¿no?';
const ROUNDS = 30;
/** After which the process has rehearsed. */
const WARM = 12;
const PACKET_MS = 20;

/** A phrase of 60 characters from asking for it to having its sound, by the embedded voice. */
export async function measureSpeech(): Promise<string> {
  const before = new Set(childrenOf(process.pid));
  const begun = performance.now();
  const engine = new EspeakEngine();
  try {
    const say = (voice: number) => engine.say({ text: PHRASE, language: 'es', voice });
    await say(0);
    const firstMs = performance.now() - begun;
    for (let round = 0; round < WARM; round += 1) await say(round);
    const pid = childrenOf(process.pid).find((one) => !before.has(one)) as number;
    const times: number[] = [];
    let seconds = 0;
    const cpuBefore = cpuSeconds(pid);
    for (let round = 0; round < ROUNDS; round += 1) {
      const asked = performance.now();
      const { packets } = await say(round);
      times.push(performance.now() - asked);
      seconds += (packets.length * PACKET_MS) / 1_000;
    }
    const cpuMs = (cpuSeconds(pid) - cpuBefore) * 1_000;
    const of = (share: number) => quantile(times, share).toFixed(0);
    return (
      `p50 ${of(0.5)} ms, p95 ${of(0.95)} ms (n = ${ROUNDS}, ${(seconds / ROUNDS).toFixed(1)} s ` +
      `each); ${(cpuMs / seconds).toFixed(0)} ms of processor time a second of speech; the first ` +
      `${firstMs.toFixed(0)} ms after the start`
    );
  } finally {
    await engine.close();
  }
}
