import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '#tests/support/accessible.ts';
import { Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, roomLink } from '#tests/support/visit.ts';

describe('the screens before, around and after a room', () => {
  let server: ServerProcess;
  let person: Person;

  beforeAll(async () => {
    server = await ServerProcess.start();
    person = await Person.open();
  });
  afterAll(async () => {
    await person.close();
    await server.cleanUp();
  });

  it('[SC1] leads from the landing page into a room of one’s own', async () => {
    const { page } = person;
    await page.goto(server.url);
    await person.picture('landing');
    await expectAccessible(person);
    await page.getByLabel('Nombre de la sala').fill('Café de los jueves');
    await page.getByRole('button', { name: 'Crear la sala' }).click();
    await page.getByRole('heading', { name: '«Café de los jueves» está lista' }).waitFor();
    await person.picture('created');
    await expectAccessible(person);
    await page.getByRole('link', { name: 'Entrar a la sala' }).click();
    await page.getByLabel('Tu nombre').waitFor();
    await person.picture('lobby');
    await expectAccessible(person);
    await page.getByLabel('Tu nombre').fill('Ana');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Controles' }).waitFor();
    await expectAccessible(person);
    // The fragment is the invitation: the jump to the content must not take it away.
    await page.getByRole('link', { name: 'Ir al contenido' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    await page.getByRole('button', { name: 'Invitar' }).click();
    await page.getByRole('dialog').getByText('Para quienes escuchan').waitFor();
    await person.picture('invite');
    await expectAccessible(person);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Salir de la sala' }).click();
    await page.getByRole('heading', { name: 'Saliste de la sala' }).waitFor();
    await person.picture('left');
    await expectAccessible(person);
  });

  it('[SC2] lets a listener straight in, in their language, with no word of a microphone', async () => {
    const room = await createRoom(server.url, 'Radio');
    const listener = await Person.open({ locale: 'en-GB' });
    await listener.page.goto(roomLink(server.url, room, 'audience'));
    const enter = listener.page.getByRole('button', { name: 'Listen' });
    await enter.waitFor();
    await listener.picture('lobby-listener');
    await enter.click();
    await listener.page.getByRole('region', { name: 'Controls' }).waitFor();
    expect(await listener.page.locator('html').getAttribute('lang')).toBe('en');
    expect((await listener.notes()).microphoneAsked).toBe(0);
    await listener.close();
  });

  it('[SC3] says in a sentence what is wrong with a link, and shows a way out', async () => {
    const { page } = person;
    const room = await createRoom(server.url, 'Sala');
    const broken = [
      [`${server.url}/r/${room.roomId}#eyJhbGciOiJIUzI1NiJ9.e30.x`, /no abre ninguna sala/],
      [`${server.url}/r/${room.roomId}`, /le falta una parte/],
      [`${server.url}/r/another-room#${room.invitations.speaker}`, /no abre ninguna sala/],
    ] as const;
    for (const [link, words] of broken) {
      await page.goto('about:blank');
      await page.goto(link);
      await page.getByRole('heading', { name: words }).waitFor();
      await expect(page.locator('main').innerText()).resolves.not.toMatch(/[A-Z]{4,}_?[A-Z]*/);
      await page.getByRole('link', { name: 'Ir al inicio' }).waitFor();
    }
    await person.picture('link-broken');
    await expectAccessible(person);
  });

  it('[SC5] says of a pasted name that it is too long, and cuts nothing off', async () => {
    const { page } = person;
    await page.goto(server.url);
    await page.getByLabel('Nombre de la sala').focus();
    await page.keyboard.insertText('ñ'.repeat(61));
    await page.getByRole('button', { name: 'Crear la sala' }).click();
    await page.getByRole('alert').getByText('usa 60 letras o menos').waitFor();
    expect(await page.getByLabel('Nombre de la sala').inputValue()).toHaveLength(61);
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /está lista$/ }).waitFor();

    const room = await createRoom(server.url, 'Sala');
    for (const role of ['speaker', 'audience'] as const) {
      await page.goto('about:blank');
      await page.goto(roomLink(server.url, room, role));
      await page.getByLabel(/^Tu nombre/).fill('');
      await page.getByLabel(/^Tu nombre/).focus();
      await page.keyboard.insertText('ñ'.repeat(41));
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('usa 40 letras o menos').waitFor();
    }
  });

  it('[SC4] lets a person in whose microphone is refused, and says how to mend it', async () => {
    const { page } = person;
    const room = await createRoom(server.url, 'Sala');
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () =>
        Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    await page.goto(roomLink(server.url, room, 'speaker'));
    await page.getByText('No tenemos permiso para usar tu micrófono').waitFor();
    await person.picture('lobby-denied');
    await expectAccessible(person);
    await enterRoom(person, roomLink(server.url, room, 'speaker'), 'Sin micro');
    await page.getByRole('button', { name: 'Conectar el micrófono' }).waitFor();
  });

  it('[SC6] shows a person their voice before they touch anything, or as soon as they do', async () => {
    const room = await createRoom(server.url, 'Sala');
    const guest = await Person.open({ voiceHz: 440, playsAfterGesture: true });
    const { page } = guest;
    await page.addInitScript(tellOfTheMeter);
    // Not asked in the page: to the browser, what a test does there is its person's doing.
    const moves = () => page.waitForEvent('console', (it) => it.text().startsWith('meter moves'));
    const first = moves();
    await page.goto(roomLink(server.url, room, 'speaker'));
    expect((await first).text()).toBe('meter moves, page untouched');

    await page.addInitScript(startNothingBeforeAKey);
    const second = moves();
    await page.reload();
    await page.getByRole('img', { name: 'Nivel de tu micrófono' }).waitFor();
    const still = await Promise.race([second, setTimeout(2_000, 'still')]);
    expect(still).toBe('still');
    await page.keyboard.press('a');
    await second;
    await guest.close();
  });
});

/** Runs in the page before its scripts: says once that a third of the lobby's meter is lit. */
function tellOfTheMeter(): void {
  const looking = setInterval(() => {
    const bars = [...document.querySelectorAll<HTMLElement>('[role=img] > span')];
    if (bars.filter(({ style }) => Number(style.opacity) > 0.9).length <= bars.length / 3) return;
    clearInterval(looking);
    const { hasBeenActive } = navigator.userActivation;
    console.info(`meter moves, page ${hasBeenActive ? 'touched' : 'untouched'}`);
  }, 50);
}

/** Runs in the page before its scripts: as a browser that is stricter than Chromium. */
function startNothingBeforeAKey(): void {
  let touched = false;
  addEventListener('keydown', () => (touched = true), { capture: true });
  const { resume } = AudioContext.prototype;
  AudioContext.prototype.resume = function (this: AudioContext) {
    return touched ? resume.call(this) : new Promise(() => {});
  };
  globalThis.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      if (!touched) void this.suspend();
    }
  };
}
