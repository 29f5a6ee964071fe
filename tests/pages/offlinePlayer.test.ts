import { AxeBuilder } from '@axe-core/playwright';
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { packedRecording, type PackedRecording } from '#tests/support/packedRecording.ts';
import { Person } from '#tests/support/person.ts';

vi.setConfig({ testTimeout: 90_000 });

const HOSTILE = '</script><img src=x onerror=alert(1)>';
const SCRIPT = {
  roomName: 'Café de los jueves',
  seconds: 24,
  speakers: ['Ana María Fernández de la Vega', 'Beto', HOSTILE],
  phrases: {
    1: '¡Hola a todos!',
    4: 'Mañana será otro día',
    7: HOSTILE,
    11: 'A ver, ¿quién se anima a empezar con lo que nos quedó pendiente de la semana pasada?',
    18: 'Quedamos el jueves a las siete',
  },
  markers: { 10: 'Aquí decidimos la fecha', 19: '<b>Cierre</b>' },
  pauseAtSecond: 15,
};

describe('the page in the archive, opened from a disk', () => {
  let packed: PackedRecording;
  beforeAll(async () => {
    packed = await packedRecording(SCRIPT);
  });
  afterAll(() => packed?.remove());

  async function open(options: { locale?: string; folder?: string } = {}): Promise<Person> {
    const person = await Person.open({ locale: options.locale ?? 'es-MX' });
    onTestFinished(() => person.close());
    const file = path.join(options.folder ?? packed.folder, 'player.html');
    await person.page.goto(pathToFileURL(file).href);
    return person;
  }

  const at = ({ page }: Person) =>
    page.evaluate(() => document.querySelector('audio')!.currentTime);
  /** Waits until it sounds beyond that second, from a file of that name. */
  const plays = ({ page }: Person, file: string, second: number) =>
    page.waitForFunction(
      ([name, from]) => {
        const { currentSrc, currentTime, paused, error } = document.querySelector('audio')!;
        return !paused && !error && decodeURI(currentSrc).endsWith(name) && currentTime > from;
      },
      [file, second] as const,
      { timeout: 15_000 },
    );

  it('[OF1] plays the mix, within its own policy and without a complaint', async () => {
    const person = await open();
    const { page } = person;
    await page.getByRole('heading', { name: SCRIPT.roomName, level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Reproducir' }).click();
    await plays(person, '/mezcla.webm', 1.5);
    await page.getByRole('button', { name: 'Avanzar 10 segundos' }).click();
    await plays(person, '/mezcla.webm', 11.6);
    await page.getByRole('button', { name: 'Pausar' }).click();
    const paused = await at(person);
    expect(paused).toBeLessThan(13.5);
    expect(await page.getByRole('slider', { name: 'Posición' }).inputValue()).toBe(String(paused));
    await person.picture('offline-player');
    const { violations } = await new AxeBuilder({ page: page as never }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    const policy = page.locator('meta[http-equiv=Content-Security-Policy]');
    expect(await policy.getAttribute('content')).not.toContain('unsafe');
    expect((await person.notes()).violations).toEqual([]);
    expect(person.complaints).toEqual([]);
  });

  it('[OF2] finds each voice by the name that it has in the archive, and keeps its place', async () => {
    const person = await open();
    const { page } = person;
    await page.getByRole('button', { name: 'Reproducir' }).click();
    await page.getByRole('button', { name: 'Avanzar 10 segundos' }).click();
    await plays(person, '/mezcla.webm', 10);
    const files = [
      '01-ana-maria-fernandez-de-la-vega',
      '02-beto',
      '03-script-img-src-x-onerror-alert-1',
    ];
    for (const [index, name] of SCRIPT.speakers.entries()) {
      const before = await at(person);
      const solo = page.getByRole('button', { name: `Oír solo a ${name}`, exact: true });
      await solo.click();
      await plays(person, `/voces/${files[index]!}.ogg`, before);
      expect(await at(person)).toBeLessThan(before + 5);
      expect(await solo.getAttribute('aria-pressed')).toBe('true');
    }
    await page.getByRole('button', { name: `Oír solo a ${HOSTILE}`, exact: true }).click();
    await plays(person, '/mezcla.webm', 10);
    expect(person.complaints).toEqual([]);
  });

  it('[OF3] shows phrases and moments as they were written, and leads to them', async () => {
    const person = await open();
    const { page } = person;
    const phrase = page.getByRole('button', { name: 'Mañana será otro día' });
    await phrase.click();
    const said = packed.manifest.phrases.find(({ text }) => text.startsWith('Mañana'))!;
    expect(await at(person)).toBeCloseTo(said.startSeconds, 2);
    expect(await phrase.getAttribute('aria-current')).toBe('true');
    await page.locator('#now').getByText('Persona 1: Mañana será otro día').waitFor();
    await page.getByRole('button', { name: HOSTILE }).last().click();
    await page.locator('#now').getByText(HOSTILE).waitFor();
    await page.getByRole('button', { name: '<b>Cierre</b>' }).click();
    expect(await at(person)).toBeCloseTo(packed.manifest.markers[1]!.seconds, 2);
    expect(await page.locator('img, b').count()).toBe(0);
    const text = await page.locator('body').innerText();
    expect(text).toContain('Hubo una persona más que no quedó en la grabación.');
    expect(text).toContain('En el minuto 0:15 la grabación se pausó durante 1 min');
    expect(person.complaints).toEqual([]);
  });

  it('[OF7] says at which minute it was interrupted', async () => {
    const { page } = await open();
    await page.getByText('Se interrumpió en el minuto 0:24').waitFor();
  });

  it('[OF4] searches, and is played by keys', async () => {
    const person = await open();
    const { page } = person;
    await page.keyboard.press('/');
    await page.keyboard.type('manana DIA');
    await page.getByRole('status').getByText('Una frase').waitFor();
    const phrases = page.getByRole('region', { name: 'Frases' }).getByRole('button');
    expect(await phrases.count()).toBe(1);
    await phrases.focus();
    await page.keyboard.press('k');
    await plays(person, '/mezcla.webm', 0.5);
    await page.keyboard.press('l');
    await plays(person, '/mezcla.webm', 10.2);
    await page.keyboard.press('k');
    await page.keyboard.press('ArrowLeft');
    expect(await at(person)).toBeLessThan(9);
    expect(person.complaints).toEqual([]);
  });

  it('[OF5] speaks English to those whose browser does', async () => {
    const person = await open({ locale: 'en-GB' });
    const { page } = person;
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.getByRole('button', { name: 'Play' }).click();
    await plays(person, '/mezcla.webm', 0.5);
    await page.getByRole('searchbox', { name: 'Search the phrases' }).fill('hola');
    await page.getByRole('status').getByText('One phrase').waitFor();
    await page.getByText('At 0:15 the recording was paused for 1 min').waitFor();
    await person.picture('offline-player-en');
    expect(person.complaints).toEqual([]);
  });

  it('[OF6] says what to do where it lies alone', async () => {
    const folder = path.join(packed.folder, 'sola');
    await mkdir(folder);
    await copyFile(path.join(packed.folder, 'player.html'), path.join(folder, 'player.html'));
    const { page } = await open({ folder });
    await page.getByRole('alert').getByText('Descomprime todo el ZIP').waitFor();
  });
});
