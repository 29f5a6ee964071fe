import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoomCreated } from '#protocol';
import { Person } from '#tests/support/person.ts';
import { phrasebook } from '#tests/support/phrasebook.ts';
import { accessToken, RawSocket } from '#tests/support/rawSocket.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, roomLink, sayPhrase, seesPhrase } from '#tests/support/visit.ts';

const PAYLOADS = [
  '<script>pwned()</script>',
  '<img src=x onerror=pwned()>',
  '<svg/onload=pwned()>',
  '"><iframe srcdoc="<script>parent.pwned()</script>">',
  '<a href="javascript:pwned()">clic</a>',
  '{@html "<b>x</b>"} {pwned()}',
  '${pwned()} `${pwned()}`',
  '</textarea><script>pwned()</script>',
  '<style>body{display:none}</style>',
  '<math><mi xlink:href="javascript:pwned()">x</mi></math>',
  '&lt;img src=x onerror=pwned()&gt;',
  '<base href="//example.invalid/"><form action=x>',
];
const TOWER = `Z${'\u0334\u0315\u0321'.repeat(300)}!`;
const TURNED = 'al\u202Ereves\u2066 oculto\u200B';

describe('text that means harm', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let [ana, mallory]: [Person, Person] = [] as never;
  const peers: RawSocket[] = [];

  beforeAll(async () => {
    server = await ServerProcess.start({ speaks: true });
    [ana, mallory] = await Promise.all([Person.open(), Person.open()]);
    for (const { page } of [ana, mallory]) {
      await page.addInitScript(() => {
        Object.assign(globalThis, { pwned: () => Object.assign(globalThis, { coraPwned: true }) });
      });
      page.on('dialog', (dialog) => void dialog.dismiss());
    }
    room = await createRoom(server.url, '<b onclick=pwned()>Sala</b>');
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    for (const name of PAYLOADS.filter(({ length }) => length <= 40).slice(0, 4)) {
      const token = await accessToken(server.url, room, 'speaker', name);
      const peer = await RawSocket.open(server.url, token);
      await peer.ask('join', {});
      peers.push(peer);
    }
    await enterRoom(mallory, roomLink(server.url, room, 'speaker'), '<img src=x onerror=pwned()>');
  });
  afterAll(async () => {
    for (const peer of peers) peer.close();
    await Promise.all([ana, mallory].map((person) => person?.close()));
    await server.cleanUp();
  });

  const feed = () => ana.page.getByRole('log', { name: 'Frases dichas en la sala' });

  it('[ET1] is text in every view: phrases, names, the band, people and the queue', async () => {
    // Four of them with such names too, each within its rate.
    for (const [index, payload] of PAYLOADS.entries()) {
      const peer = peers[index % peers.length] as RawSocket;
      const draft = { draftId: `d${index}`, text: payload, language: 'es' };
      expect(await peer.refusal('sendPhrase', draft)).toBeNull();
      await feed().locator('.text', { hasText: payload }).first().waitFor();
    }
    await ana.page.getByRole('button', { name: 'Personas' }).click();
    const people = ana.page.getByRole('complementary', { name: 'Personas' });
    await people.getByText('<img src=x onerror=pwned()>').first().waitFor();
    await ana.page.keyboard.press('Escape');
    await ana.page.getByRole('button', { name: /^Frases en cola/ }).click();
    await ana.page.getByRole('dialog').getByText('pwned()').first().waitFor();
    await ana.page.keyboard.press('Escape');
    await mallory.page.keyboard.press('F2');
    await phrasebook(mallory).waitFor();
    await mallory.page.getByRole('searchbox').fill('<img src=x onerror=pwned()>');
    await mallory.page.keyboard.press('Escape');
    for (const person of [ana, mallory]) {
      expect(await person.page.evaluate(() => Reflect.has(globalThis, 'coraPwned'))).toBe(false);
      expect(
        await person.page.locator('iframe, main img, aside img, main form[action]').count(),
      ).toBe(0);
      expect((await person.notes()).violations).toEqual([]);
    }
  });

  it('[ET2] cannot be drawn over other people’s lines, nor turn them round', async () => {
    await sayPhrase(ana, 'La línea de arriba');
    await sayPhrase(mallory, TOWER);
    await sayPhrase(mallory, TURNED);
    await sayPhrase(ana, 'La línea de abajo');
    await seesPhrase(ana, 'La línea de abajo');
    await feed().getByText('alreves oculto').waitFor();
    const shown = await feed().locator('.text').allInnerTexts();
    const tower = shown.find((text) => text.startsWith('Z'))!;
    expect([...tower].length).toBeLessThanOrEqual(10);
    expect(shown.join('')).not.toMatch(/[\u200b\u202a-\u202e\u2066-\u2069]/);
    // What the tower paints is within its own line.
    const inside = await feed()
      .locator('.text', { hasText: /^Z/ })
      .evaluate((line) => getComputedStyle(line).overflow !== 'visible');
    expect(inside).toBe(true);
    await ana.picture('hostile-text');
  });
});
