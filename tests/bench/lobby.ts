import { Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, roomLink } from '#tests/support/visit.ts';
import { spread } from './figures.ts';

const VISITS = 20;

/** From a tap on «Probar mi conexión» to the verdict, in a real browser. */
export async function measureLobby(): Promise<string> {
  const server = await ServerProcess.start();
  const room = await createRoom(server.url, 'Medida');
  const person = await Person.open();
  try {
    const times: number[] = [];
    for (let visit = 0; visit < VISITS; visit += 1) {
      await person.page.goto('about:blank');
      await person.page.goto(roomLink(server.url, room, 'audience'));
      await person.page.getByRole('button', { name: 'Probar mi conexión' }).waitFor();
      times.push(await person.page.evaluate(tapAndWait));
    }
    return spread(times, 'ms');
  } finally {
    await person.close();
    await server.cleanUp();
  }
}

/** Runs in the page. Milliseconds from the tap to the verdict. */
async function tapAndWait(): Promise<number> {
  const network = document.querySelector<HTMLElement>('[data-testid=network]');
  const tappedMs = performance.now();
  network?.querySelector('button')?.click();
  while (network?.dataset['status'] !== 'done') {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (performance.now() - tappedMs > 20_000) throw new Error('no verdict within 20 s');
  }
  return performance.now() - tappedMs;
}
