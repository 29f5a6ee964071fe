import type { WebSocketRoute } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAccessible } from '#tests/support/accessible.ts';
import { Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, roomLink } from '#tests/support/visit.ts';

const RETRY_AFTER_MS = 4_000;
const OPENED = { sid: 'x', upgrades: [], pingInterval: 25_000, pingTimeout: 20_000 };
const REFUSAL = {
  message: 'RATE_LIMITED',
  data: { code: 'RATE_LIMITED', message: 'busy', retryAfterMs: RETRY_AFTER_MS },
};

/** Answers a page's handshake as a server does that has no time for it. */
function refuse(route: WebSocketRoute): void {
  route.onMessage((message) => {
    if (String(message).startsWith('40')) route.send(`44${JSON.stringify(REFUSAL)}`);
  });
  route.send(`0${JSON.stringify(OPENED)}`);
}

describe('a page that a busy server asks to wait', () => {
  let server: ServerProcess;
  let person: Person;
  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server.cleanUp());
  beforeEach(async () => {
    person = await Person.open();
  });
  afterEach(() => person.close());

  it('[SM6] says so in a sentence, and comes in by itself when it was told', async () => {
    const { page } = person;
    const knocksMs: number[] = [];
    await page.routeWebSocket(/socket\.io/, (route) => {
      knocksMs.push(performance.now());
      if (knocksMs.length === 1) refuse(route);
      else route.connectToServer();
    });
    await page.goto(roomLink(server.url, await createRoom(server.url, 'Sala'), 'speaker'));
    await page.getByLabel(/^Tu nombre/).fill('Ana');
    await page.getByRole('button', { name: 'Entrar' }).click();
    await page.getByRole('status').getByText('te pide un momento de espera').waitFor();
    await expectAccessible(person);
    await page.getByRole('region', { name: 'Controles' }).waitFor();
    await page.getByLabel('Escribe una frase', { exact: true }).waitFor();
    expect(knocksMs).toHaveLength(2);
    expect(knocksMs[1]! - knocksMs[0]!).toBeGreaterThanOrEqual(RETRY_AFTER_MS);
    expect(await page.getByText('te pide un momento de espera').count()).toBe(0);
  });
});
