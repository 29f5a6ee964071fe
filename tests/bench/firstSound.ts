import { Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, roomLink } from '#tests/support/visit.ts';
import { spread } from './figures.ts';

const JOINS = 10;

/** From a listener's tap on «Escuchar» to the first sound in a real browser. */
export async function measureFirstSound(): Promise<string> {
  const server = await ServerProcess.start();
  const room = await createRoom(server.url, 'Medida');
  const [speaker, listener] = await Promise.all([Person.open({ voiceHz: 500 }), Person.open()]);
  try {
    await enterRoom(speaker, roomLink(server.url, room, 'moderator'), 'Ana');
    const times: number[] = [];
    for (let join = 0; join < JOINS; join += 1) {
      await listener.page.goto('about:blank');
      await listener.page.goto(roomLink(server.url, room, 'audience'));
      await listener.page.getByRole('button', { name: 'Escuchar' }).waitFor();
      times.push(await listener.page.evaluate(tapAndListen));
    }
    return spread(times, 'ms');
  } finally {
    await Promise.all([speaker.close(), listener.close()]);
    await server.cleanUp();
  }
}

/** Runs in the page. Milliseconds from the tap until a remote sample is louder than noise. */
async function tapAndListen(): Promise<number> {
  const context = new AudioContext();
  const button = [...document.querySelectorAll('button')].find((it) =>
    it.textContent.includes('Escuchar'),
  );
  const tapped = performance.now();
  button?.click();
  let analyser: AnalyserNode | null = null;
  const samples = new Float32Array(256);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (performance.now() - tapped > 10_000) throw new Error('no sound within 10 s');
    if (!analyser) {
      const stream = document.querySelector<HTMLAudioElement>(
        'audio[data-peer-id], audio[data-slot]',
      )?.srcObject;
      if (!(stream instanceof MediaStream)) continue;
      analyser = context.createAnalyser();
      analyser.fftSize = samples.length;
      context.createMediaStreamSource(stream).connect(analyser);
    }
    analyser.getFloatTimeDomainData(samples);
    if (samples.some((sample) => Math.abs(sample) > 0.01)) return performance.now() - tapped;
  }
}
