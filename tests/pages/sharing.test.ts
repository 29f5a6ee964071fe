import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '#tests/support/accessible.ts';
import { PHONE, Person } from '#tests/support/person.ts';
import { playerShows, plays } from '#tests/support/player.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { ANA_HZ, BETO_HZ, QUESTION, recordTalk, type RecordedTalk } from '#tests/support/talk.ts';
import { isTold } from '#tests/support/visit.ts';

const GONE = 'Este enlace ya no abre nada';

describe('a recording that is shared', () => {
  let server: ServerProcess;
  let talk: RecordedTalk;
  let [ana, visitor] = [] as unknown as [Person, Person];
  const links = { play: '', download: '' };

  beforeAll(async () => {
    server = await ServerProcess.start();
    [talk, visitor] = await Promise.all([recordTalk(server), Person.open({ locale: 'en-GB' })]);
    ana = talk.ana;
    await ana.page.goto(talk.link);
  });
  afterAll(async () => {
    await Promise.all([ana, visitor].map((person) => person?.close()));
    await server.cleanUp();
  });

  const files = () => {
    const { roomId, recordingId } = talk.recording.summary;
    return `${server.url}/api/rooms/${roomId}/recordings/${recordingId}`;
  };

  it('[EH1] is shared with a link to hear it, which opens neither files nor room', async () => {
    const { page } = ana;
    await page.getByRole('button', { name: 'Compartir' }).click();
    await page.getByText('Todavía no la has compartido.').waitFor();
    await page.getByRole('combobox', { name: /^Caduca en/ }).click();
    await page.getByRole('option', { name: '1 día' }).click();
    await page.getByRole('button', { name: 'Crear enlace' }).click();
    const link = page.getByRole('textbox', { name: 'Solo oír' });
    links.play = await link.inputValue();
    await ana.picture('share');
    await expectAccessible(ana);

    const seen = visitor.page;
    await seen.setViewportSize(PHONE);
    await seen.goto(links.play);
    await seen.getByRole('button', { name: 'Play', exact: true }).click();
    await plays(visitor, [ANA_HZ, BETO_HZ]);
    await seen.getByRole('button', { name: 'Hear only Beto' }).click();
    await seen.getByRole('searchbox', { name: 'Search the phrases' }).fill('cafe');
    await seen.getByRole('button', { name: QUESTION }).click();
    expect(await seen.locator('html').getAttribute('lang')).toBe('en');
    await visitor.picture('shared');
    await expectAccessible(visitor);
    for (const name of ['Download', 'Share', 'Delete', 'All recordings']) {
      expect(await seen.getByText(name, { exact: true }).count()).toBe(0);
    }
    expect(await seen.locator('a[download]').count()).toBe(0);
  });

  it('[EH2] gives nobody more than the link says, whatever address they make of it', async () => {
    const ticket = await visitor.page.evaluate(() => {
      const [player] = Reflect.get(globalThis, 'coraNotes').players as HTMLMediaElement[];
      return new URL(player!.src).searchParams.get('ticket') ?? '';
    });
    const token = new URL(links.play).hash.slice(1);
    const { mix } = talk.recording.manifest;
    const answers = await Promise.all([
      fetch(`${files()}/files/${mix!.mp3.path}?ticket=${ticket}&download=1`),
      fetch(`${files()}/files.zip?ticket=${ticket}`),
      fetch(files(), { headers: { authorization: `Bearer ${token}` } }),
      fetch(`${files()}/shares`, { headers: { authorization: `Bearer ${token}` } }),
    ]);
    for (const { status } of answers) expect(status).toBeGreaterThanOrEqual(400);
    const { origin } = new URL(server.url);
    await visitor.page.goto('about:blank');
    await visitor.page.goto(`${origin}/r/${talk.room.roomId}#${token}`);
    await visitor.page.getByRole('heading', { name: /opens no room/ }).waitFor();
  });

  it('[EH3] is shared with a link that downloads it too, from a moment on', async () => {
    const { page } = ana;
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: QUESTION }).click();
    await page.getByRole('button', { name: 'Compartir' }).click();
    await page.getByRole('radio', { name: 'Oír y descargar' }).check({ force: true });
    await page.getByRole('checkbox', { name: /^Que empiece en 0:\d\d/ }).check();
    await page.getByRole('button', { name: 'Crear enlace' }).click();
    links.download = await page.getByRole('textbox', { name: 'Oír y descargar' }).inputValue();

    await visitor.page.goto(links.download);
    await playerShows(visitor, talk.recording.manifest.phrases[1]!.startSeconds);
    const [download] = await Promise.all([
      visitor.page.waitForEvent('download'),
      visitor.page.getByRole('link', { name: /^All voices together.*MP3/ }).click(),
    ]);
    expect(await download.failure()).toBeNull();
    expect(download.suggestedFilename()).toMatch(/\.mp3$/);
  });

  it('[EH4] is no longer open to who has a link that was revoked', async () => {
    const { page } = ana;
    const revoke = page.getByRole('button', { name: /^Anular el enlace que vale hasta/ });
    expect(await revoke.count()).toBe(2);
    await page
      .getByRole('dialog')
      .getByRole('listitem')
      .filter({ has: page.getByRole('textbox', { name: 'Solo oír' }) })
      .getByRole('button', { name: /^Anular/ })
      .click();
    await isTold(ana, 'Enlace anulado');
    expect(await revoke.count()).toBe(1);

    await visitor.page.goto(links.play);
    await visitor.page.getByRole('heading', { name: 'This link opens nothing any more' }).waitFor();
    await visitor.picture('shared-gone');
    await expectAccessible(visitor);
    await visitor.page.getByRole('button', { name: 'Español' }).click();
    await visitor.page.getByRole('heading', { name: GONE }).waitFor();
  });

  it('[EH5] is gone for everybody once it is deleted', async () => {
    const { page } = ana;
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Borrar' }).click();
    await ana.picture('delete');
    await expectAccessible(ana);
    await page.getByRole('button', { name: 'No, conservarla' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Borrar' }).click();
    await page.getByRole('button', { name: 'Sí, borrarla' }).click();
    await isTold(ana, 'Grabación borrada');
    await page.getByRole('heading', { name: 'Todavía no hay grabaciones' }).waitFor();
    await ana.picture('recordings-empty');
    await expectAccessible(ana);

    await visitor.page.goto(links.download);
    await visitor.page.getByRole('heading', { name: GONE }).waitFor();
    await page.goto(talk.link);
    await page.getByRole('heading', { name: 'No lo encontramos' }).waitFor();
  });
});
