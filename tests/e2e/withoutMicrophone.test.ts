import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoomCreated } from '#protocol';
import { PHONE, Person } from '#tests/support/person.ts';
import { phrasebook, tap } from '#tests/support/phrasebook.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, roomLink, sayPhrase, seesPhrase } from '#tests/support/visit.ts';
import { heardVoice, listenToVoice } from '#tests/support/voiceMeter.ts';

const ANA_HZ = 440;

/** Somebody whose browser gives them no microphone. */
async function mute(locale: string): Promise<Person> {
  const person = await Person.open({ locale });
  await person.page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () =>
      Promise.reject(new DOMException('no', 'NotFoundError'));
  });
  return person;
}

describe('a conversation without a microphone', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let [ana, dora, ed]: [Person, Person, Person] = [] as never;

  beforeAll(async () => {
    server = await ServerProcess.start({ speaks: true });
    room = await createRoom(server.url, 'Junta de vecinos');
    [ana, dora, ed] = await Promise.all([
      Person.open({ voiceHz: ANA_HZ }),
      mute('es-MX'),
      mute('en-US'),
    ]);
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await ana.page.getByRole('button', { name: 'Silenciar el micrófono' }).click();
    await listenToVoice(ana);
  });
  afterAll(async () => {
    await Promise.all([ana, dora, ed].map((person) => person?.close()));
    await server.cleanUp();
  });

  const isHeardByAna = async (sinceMs: number) => {
    const { fromMs, toMs } = await heardVoice(ana, sinceMs);
    expect(toMs - fromMs).toBeGreaterThan(200);
  };

  it('[EM1] is held on a phone by touch alone, in Spanish', async () => {
    const { page } = dora;
    await page.setViewportSize(PHONE);
    await page.goto(roomLink(server.url, room, 'speaker'));
    await page.getByText('También puedes entrar sin micrófono').waitFor();
    await tap(dora, page.getByLabel(/^Tu nombre/));
    // What a phone's keyboard types.
    await page.keyboard.insertText('Dora');
    await tap(dora, page.getByRole('button', { name: 'Entrar', exact: true }));
    const quick = page.getByRole('button', { name: /^Frases rápidas/ });
    await quick.waitFor();

    const touch = async (group: string, phrase: string) => {
      await tap(dora, quick);
      await phrasebook(dora).locator('.phrase:not([aria-disabled])').first().waitFor();
      await tap(dora, page.getByRole('tab', { name: group }));
      const typedMs = Date.now();
      await tap(dora, page.getByRole('button', { name: phrase, exact: true }));
      await phrasebook(dora).waitFor({ state: 'detached' });
      await seesPhrase(ana, phrase);
      return typedMs;
    };
    await isHeardByAna(await touch('Saludos', 'Hola a todos'));
    await sayPhrase(ana, 'Hola, Dora. ¿Nos oyes bien?');
    await page.getByTestId('phrase-band').getByText('¿Nos').waitFor();
    await isHeardByAna(await touch('Sonido', 'Ahora sí te oigo'));
    await tap(dora, page.getByLabel('Escribe una frase', { exact: true }));
    await page.keyboard.insertText('Yo llevo las sillas el sábado');
    const typedMs = Date.now();
    await tap(dora, page.getByRole('button', { name: 'Decir', exact: true }));
    await seesPhrase(ana, 'Yo llevo las sillas el sábado');
    await isHeardByAna(typedMs);
    await isHeardByAna(await touch('Cortesía', 'Gracias'));
    await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth);
    await dora.picture('without-microphone-phone');
  });

  it('[EM2] is held on a desktop by keyboard alone, in English', async () => {
    const { page } = ed;
    const { keyboard } = page;
    const tabTo = async (name: RegExp) => {
      for (let stops = 0; stops < 40; stops += 1) {
        const focused = await page.evaluate(() => {
          const element = document.activeElement as HTMLInputElement | null;
          if (!element?.matches('a, button, input, textarea, [role]')) return '';
          const label = element.labels?.[0]?.textContent ?? element.getAttribute('aria-label');
          return `${label ?? ''} ${element.textContent}`;
        });
        if (name.test(focused)) return;
        await keyboard.press('Tab');
      }
      throw new Error(`the keyboard does not reach ${String(name)}`);
    };
    await page.goto(roomLink(server.url, room, 'speaker'));
    await page.getByText('You can also enter without a microphone').waitFor();
    await tabTo(/Your name/);
    await keyboard.type('Ed');
    await keyboard.press('Enter');
    await page.getByRole('region', { name: 'Controls' }).waitFor();

    await tabTo(/Write a phrase/);
    let typedMs = Date.now();
    await keyboard.type('Good evening, this is Ed');
    await keyboard.press('Enter');
    await seesPhrase(ana, 'Good evening, this is Ed');
    await isHeardByAna(typedMs);

    const find = async (words: string, phrase: string) => {
      await keyboard.press('F2');
      await phrasebook(ed).locator('.phrase:not([aria-disabled])').first().waitFor();
      await keyboard.type(words);
      await keyboard.press('ArrowDown');
      typedMs = Date.now();
      await keyboard.press('Enter');
      await phrasebook(ed).waitFor({ state: 'detached' });
      await seesPhrase(ana, phrase);
      await isHeardByAna(typedMs);
    };
    await find('again', 'Could you say that again?');
    await sayPhrase(ana, 'El sábado a las diez');
    await page.getByTestId('phrase-band').getByText('sábado').waitFor();
    await find('thank you all', 'Thank you all');
    await ed.picture('without-microphone-desktop');
  });

  it('[EM3] tells those who cannot speak how many heard them', async () => {
    await ed.page
      .getByText(/heard it/i)
      .first()
      .waitFor();
    for (const person of [dora, ed]) expect(person.complaints).toEqual([]);
  });
});
