import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Lab, RTC_PORT, SERVER_ADDRESS } from '#tests/support/network/lab.ts';
import type { LabClient } from '#tests/support/network/labClient.ts';
import { roomLink } from '#tests/support/visit.ts';

const SECRET = 'kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ';
const VERDICT_MS = 30_000;
/** Choppy or not: a machine with too much to do is late with some packets. */
const SPEAK = /^Tu red te deja hablar( y escuchar\.|, aunque a ratos)/;

describe('the test of the network in the lobby, behind firewalls', () => {
  let lab: Lab;
  let turnUrls: string;
  let anaAtWork: LabClient;

  beforeAll(async () => {
    lab = await Lab.open();
    const coturn = await lab.startTurn({ secrets: [SECRET] });
    turnUrls = [coturn.url('udp'), coturn.url('tls')].join(',');
    anaAtWork = await lab.client('ana');
  });
  afterEach(() => anaAtWork.heal());
  afterAll(() => lab.close());

  /** The verdict that Ana reads, and its details. */
  async function verdict(environment: Record<string, string> = {}): Promise<[string, string]> {
    const server = await lab.startServer({ environment });
    onTestFinished(() => server.cleanUp());
    const room = await lab.createRoom('Sala');
    const ana = await anaAtWork.browser();
    onTestFinished(() => ana.close());
    await ana.page.goto(roomLink(lab.url, room, 'speaker'));
    const network = ana.page.locator('[data-testid=network][data-status=done]');
    await network.waitFor({ timeout: VERDICT_MS });
    await ana.page.getByText('Detalles para quien te ayude').click();
    const words = await network.getByRole('status').locator('p').first().innerText();
    return [words, await network.locator('details p').innerText()];
  }

  it('[CT28] lets one speak over TCP where UDP is blocked', async () => {
    await anaAtWork.blockUdp();
    const [words, details] = await verdict();
    expect(words).toMatch(SPEAK);
    expect(details).toContain('Sonido directo por TCP');
  });

  it('[CT29] lets one speak through a relay where all is blocked but TLS', async () => {
    await anaAtWork.blockAllButHttps();
    const [words, details] = await verdict({ TURN_URLS: turnUrls, TURN_SECRET: SECRET });
    expect(words).toMatch(SPEAK);
    expect(details).toContain('Sonido por un servidor de paso (TURN)');
  });

  it('[CT30] lets one read where all is blocked but TLS and there is no relay', async () => {
    await anaAtWork.blockAllButHttps();
    const [words, details] = await verdict();
    expect(words).toBe('Tu red solo te deja leer: el sonido no llegaría bien.');
    expect(details).toContain(
      `UDP ${SERVER_ADDRESS}:${RTC_PORT}, TCP ${SERVER_ADDRESS}:${RTC_PORT}`,
    );
  });
});
