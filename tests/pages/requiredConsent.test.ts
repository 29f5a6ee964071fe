import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '#tests/support/accessible.ts';
import { Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { agreeToBeRecorded, consentQuestion, enterRoom } from '#tests/support/visit.ts';

const ANA_HZ = 440;
const BETO_HZ = 1_000;

describe('a room that records by itself, and takes only who agrees', () => {
  let server: ServerProcess;
  let [ana, beto] = [] as unknown as [Person, Person];
  const links = { moderator: '', speaker: '' };

  beforeAll(async () => {
    server = await ServerProcess.start();
    [ana, beto] = await Promise.all([
      Person.open({ voiceHz: ANA_HZ }),
      Person.open({ voiceHz: BETO_HZ }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([ana, beto].map((person) => person?.close()));
    await server.cleanUp();
  });

  it('[EA1] is made so on the landing page', async () => {
    const { page } = ana;
    await page.goto(server.url);
    await page.getByLabel('Nombre de la sala').fill('Consejo');
    await page.getByText('Más ajustes').click();
    await page.getByRole('radio', { name: 'Solo entra quien acepta' }).check({ force: true });
    await page.getByRole('switch', { name: 'Grabar automáticamente' }).check();
    await ana.picture('landing-settings');
    await expectAccessible(ana);
    await page.getByRole('button', { name: 'Crear la sala' }).click();
    links.speaker = await page.getByLabel('Para quienes hablan', { exact: true }).inputValue();
    links.moderator = await page.getByLabel('Para quien modera', { exact: true }).inputValue();
  });

  it('[EA2] begins to record with the first microphone, and asks all the same', async () => {
    await beto.page.goto(links.speaker);
    await beto.page.getByLabel('Tu nombre').fill('Beto');
    // Nobody is in yet, so nothing is asked at this door.
    expect(await beto.page.getByRole('checkbox', { name: /^Acepto que se graben/ }).count()).toBe(
      0,
    );
    await enterRoom(ana, links.moderator, 'Ana');
    await ana.page.getByTestId('recording').getByText('Nadie en la sala la inició').waitFor();
    await agreeToBeRecorded(ana);
  });

  it('[EA3] refuses a newcomer in a sentence, shows the way back, and takes who agrees', async () => {
    const { page } = beto;
    await page.getByRole('button', { name: 'Entrar' }).click();
    await page.getByRole('heading', { name: 'Esta sala se está grabando' }).waitFor();
    await beto.picture('refused-without-consent');
    await expectAccessible(beto);
    await page.getByRole('button', { name: 'Volver a entrar' }).click();

    const box = page.getByRole('checkbox', { name: 'Acepto que se graben mi voz y mis frases' });
    await box.waitFor();
    await page.getByRole('button', { name: 'Entrar' }).click();
    await page.getByText('hace falta que aceptes').waitFor();
    await beto.picture('lobby-consent');
    await expectAccessible(beto);
    await box.check();
    await page.getByRole('button', { name: 'Entrar' }).click();
    await page.getByRole('region', { name: 'Controles' }).waitFor();
    await expectRecorded('Beto');
    expect(await consentQuestion(beto).count()).toBe(0);
    await ana.hears(BETO_HZ);
  });

  it('[EA4] asks anew at the door when the server was started anew: it is another recording', async () => {
    const { home, url } = server;
    // Beto comes back last, when the new recording runs and the server knows no answer of his.
    await beto.page.context().setOffline(true);
    await server.end('SIGKILL');
    server = await ServerProcess.start({ home, port: Number(new URL(url).port) });
    await ana.page.getByTestId('recording').waitFor();
    await consentQuestion(ana).waitFor();
    await beto.page.getByText('Estamos intentando volver').waitFor();
    await beto.page.context().setOffline(false);
    const { page } = beto;
    await page.getByRole('heading', { name: 'Esta sala se está grabando' }).waitFor();
    await page.getByRole('button', { name: 'Volver a entrar' }).click();
    await page.getByRole('checkbox', { name: 'Acepto que se graben mi voz y mis frases' }).check();
    await page.getByRole('button', { name: 'Entrar' }).click();
    await ana.hears(BETO_HZ);
    await expectRecorded('Beto');
    expect(await consentQuestion(beto).count()).toBe(0);
  });

  /** Everyone sees whose voice is kept; here it is looked up on the other's screen. */
  const expectRecorded = async (name: string) => {
    const disc = ana.page.getByTestId('speaker').filter({ hasText: name });
    await disc.getByText('en la grabación', { exact: true }).waitFor();
  };
});
