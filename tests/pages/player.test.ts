import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '#tests/support/accessible.ts';
import { DESKTOP, PHONE, type Person } from '#tests/support/person.ts';
import { onlyTheMixPlays, playFromTheStart, playerShows, plays } from '#tests/support/player.ts';
import { ServerProcess } from '#tests/support/server.ts';
import {
  ANA_HZ,
  BETO_HZ,
  GREETING,
  QUESTION,
  recordTalk,
  type RecordedTalk,
} from '#tests/support/talk.ts';
import { isTold } from '#tests/support/visit.ts';

describe('the page of a recording', () => {
  let server: ServerProcess;
  let talk: RecordedTalk;
  let ana: Person;

  beforeAll(async () => {
    server = await ServerProcess.start();
    talk = await recordTalk(server);
    ana = talk.ana;
    await ana.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  afterAll(async () => {
    await ana?.close();
    await server.cleanUp();
  });

  const open = (query = '') => {
    const { origin, pathname, hash } = new URL(talk.link);
    return ana.page.goto(`${origin}${pathname}${query}${hash}`);
  };

  it('[EP1] plays the mix, and without or with one voice alone where a lane says so', async () => {
    const { page } = ana;
    await open();
    await page.getByRole('button', { name: 'Reproducir' }).click();
    await page.waitForFunction(onlyTheMixPlays, 0);
    await plays(ana, [ANA_HZ, BETO_HZ]);

    await page.getByRole('button', { name: 'Silenciar a Ana' }).click();
    await playFromTheStart(ana);
    await plays(ana, [BETO_HZ], [ANA_HZ]);
    await page.getByRole('button', { name: 'Silenciar a Ana' }).click();
    await page.getByRole('button', { name: 'Oír solo a Ana' }).click();
    await playFromTheStart(ana);
    await plays(ana, [ANA_HZ], [BETO_HZ]);
    await page.getByRole('button', { name: 'Oír solo a Ana' }).click();
    await playFromTheStart(ana);
    await page.waitForFunction(onlyTheMixPlays, 0);
    await plays(ana, [ANA_HZ, BETO_HZ]);
  });

  it('[EP2] goes where a person points: a phrase, a moment, a place on a lane', async () => {
    const { page } = ana;
    await open();
    const [greeting, question] = talk.recording.manifest.phrases;
    await page.getByRole('button', { name: QUESTION }).click();
    await playerShows(ana, question!.startSeconds);
    await page.getByRole('button', { name: GREETING }).click();
    await playerShows(ana, greeting!.startSeconds);
    await page.getByRole('region', { name: 'Momentos marcados' }).getByRole('button').click();
    await playerShows(ana, talk.recording.manifest.markers[0]!.seconds);
    const lane = page.locator('[data-track] [role=presentation]').first();
    const box = (await lane.boundingBox())!;
    await lane.click({ position: { x: box.width * 0.9, y: box.height / 2 } });
    await playerShows(ana, talk.recording.manifest.durationSeconds * 0.9);
    await page.getByRole('button', { name: 'Retroceder 10 segundos' }).click();
    await playerShows(ana, 0);
    expect(ana.complaints).toEqual([]);
  });

  it('[EP3] plays at the speed that is chosen', async () => {
    const { page } = ana;
    await page.getByRole('combobox', { name: /^Velocidad/ }).click();
    await page.getByRole('option', { name: '2×', exact: true }).click();
    await playFromTheStart(ana);
    const mix = () =>
      page.evaluate(() => {
        const players: HTMLMediaElement[] = Reflect.get(globalThis, 'coraNotes').players;
        const playing = players.find((it) => it.src.includes('/files/mix.') && !it.paused);
        return { at: playing?.currentTime ?? NaN, rate: playing?.playbackRate ?? NaN };
      });
    await page.waitForFunction(onlyTheMixPlays, 0);
    const before = await mix();
    await page.waitForFunction(onlyTheMixPlays, before.at + 2);
    // A little more or less while it is brought back to the page's clock.
    for (const { rate } of [before, await mix()]) expect(Math.abs(rate - 2)).toBeLessThan(0.2);
  });

  it('[EP4] begins at the moment of its link, and gives a link to the moment', async () => {
    const { page } = ana;
    await open('?t=4');
    await playerShows(ana, 4);
    await page.getByRole('button', { name: 'Reproducir' }).click();
    await page.waitForFunction(onlyTheMixPlays, 4);
    await page.getByRole('button', { name: 'Pausar' }).click();
    await page.getByRole('button', { name: QUESTION }).click();
    await page.getByRole('button', { name: 'Copiar enlace a este momento' }).click();
    await isTold(ana, /Enlace a 0:0\d copiado/);
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const second = Math.floor(talk.recording.manifest.phrases[1]!.startSeconds);
    expect(new URL(copied).searchParams.get('t')).toBe(String(second));
    await page.goto('about:blank');
    await page.goto(copied);
    await playerShows(ana, second);
  });

  it('[EP5] is used with the keyboard alone', async () => {
    const { page } = ana;
    await open();
    await page.getByRole('button', { name: 'Reproducir' }).waitFor();
    await page.keyboard.press('k');
    await page.waitForFunction(onlyTheMixPlays, 0);
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Reproducir' }).waitFor();
    await page.keyboard.press('j');
    await playerShows(ana, 0);
    await page.keyboard.press('ArrowRight');
    await playerShows(ana, 5);
    await page.keyboard.press('/');
    await page.keyboard.type('cafe');
    await page.getByRole('status').getByText('Una frase').waitFor();
    expect(await page.getByRole('button', { name: GREETING }).count()).toBe(0);
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await playerShows(ana, talk.recording.manifest.phrases[1]!.startSeconds);

    await tabTo('Oír solo a Beto');
    await page.keyboard.press('m');
    const mute = page.getByRole('button', { name: 'Silenciar a Beto' });
    expect(await mute.getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('m');
    expect(await mute.getAttribute('aria-pressed')).toBe('false');
  });

  it('[EP6] fits a phone, where a thumb reaches all of it', async () => {
    const { page } = ana;
    await open();
    await page.setViewportSize(PHONE);
    const play = page.getByRole('button', { name: 'Reproducir' });
    await play.waitFor();
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(scroll).toBeLessThanOrEqual(PHONE.width);
    for (const name of ['Reproducir', 'Retroceder 10 segundos', 'Silenciar a Ana', QUESTION]) {
      const box = (await page.getByRole('button', { name }).boundingBox())!;
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
    }
    // Without scrolling: the bar stays within reach.
    const { y, height } = (await play.boundingBox())!;
    expect(y + height).toBeLessThanOrEqual(PHONE.height);
    await page.getByRole('button', { name: QUESTION }).click();
    await playerShows(ana, talk.recording.manifest.phrases[1]!.startSeconds);
    await page.getByText('Atajos de teclado').click();
    await page.setViewportSize(DESKTOP);
    await ana.picture('player');
    await expectAccessible(ana);
  });

  it('[EP7] shows each phrase as a caption while it plays', async () => {
    const { page } = ana;
    await open();
    const caption = page.getByTestId('caption');
    await playFromTheStart(ana);
    await caption.getByText(GREETING).waitFor();
    expect((await caption.innerText()).replace(/\s+/g, ' ')).toBe(`Ana: ${GREETING}`);
    await page.getByRole('button', { name: 'Pausar' }).click();
    await page.setViewportSize(PHONE);
    await page.getByRole('button', { name: QUESTION }).click();
    await caption.getByText(`Beto: ${QUESTION}`).waitFor();
    const controls = page.getByRole('region', { name: 'Controles' });
    const [words, { y }] = [(await caption.boundingBox())!, (await controls.boundingBox())!];
    expect(words.y + words.height).toBeLessThanOrEqual(y);
    expect(words.x + words.width).toBeLessThanOrEqual(PHONE.width);
    await page.getByRole('button', { name: 'Retroceder 10 segundos' }).click();
    await caption.waitFor({ state: 'detached' });
    expect((await controls.boundingBox())!.y).toBe(y);
    await page.setViewportSize(DESKTOP);
    await page.getByRole('button', { name: QUESTION }).click();
    await ana.picture('captions');
  });

  it('[EP9] says in words when each person spoke', async () => {
    const { page } = ana;
    await open();
    const words = await page.locator('[data-track] p').allInnerTexts();
    expect(words).toHaveLength(2);
    for (const said of words) expect(said).toMatch(/^Habló de 0:0\d a 0:0\d/);
  });

  it('[EP8] plays and downloads on when its ticket has run out', async () => {
    const { page } = ana;
    let ended = '';
    await page.route(/\/files(\/|\.zip)/, (route) => {
      const ticket = new URL(route.request().url()).searchParams.get('ticket')!;
      ended ||= ticket;
      const [status, body] = [401, '{"error":{"code":"TOKEN_EXPIRED","message":""}}'];
      return ticket === ended ? route.fulfill({ status, body }) : route.fallback();
    });
    await open();
    await page.getByRole('button', { name: 'Reproducir' }).click();
    await page.waitForFunction(onlyTheMixPlays, 0);
    await page.getByRole('button', { name: 'Silenciar a Ana' }).click();
    await playFromTheStart(ana);
    await plays(ana, [BETO_HZ], [ANA_HZ]);

    const zip = page.getByRole('link', { name: /^Todo en un ZIP/ });
    const before = await zip.getAttribute('href');
    await page.clock.setFixedTime(Date.now() + 7 * 3_600_000);
    const [download] = await Promise.all([page.waitForEvent('download'), zip.click()]);
    expect(download.url()).not.toContain(before);
    await download.cancel();
    await page.unrouteAll();
    ana.complaints.length = 0;
  });

  /** Tabs on until the control with that name has the focus, and is seen to have it. */
  const tabTo = async (name: string) => {
    const { page } = ana;
    const focused = () =>
      page.evaluate(() => {
        const at = document.activeElement;
        if (!at) return { name: '', outline: 'none' };
        const { outlineStyle } = getComputedStyle(at);
        return { name: at.getAttribute('aria-label') ?? '', outline: outlineStyle };
      });
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press('Tab');
      const { name: reached, outline } = await focused();
      if (reached !== name) continue;
      expect(outline).not.toBe('none');
      return;
    }
    throw new Error(`Tab never reached «${name}»`);
  };
});
