import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { DecodedSound } from '#tests/support/decode.ts';
import { hushNear } from '#tests/support/hops.ts';
import { fetchFile, readyRecording } from '#tests/support/recordings.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { StalledBrowser } from '#tests/support/stalledBrowser.ts';
import { createRoom, enterRoom, recordingReaches, roomLink } from '#tests/support/visit.ts';

const STALL_MS = 5_000;
/** A machine with much else to do lets a page hush late. What a stall would leave is 5 s. */
const SLACK_MS = 300;

it('[FT9] puts what is said after a capture stood still for 5 s at its second', async () => {
  const server = await ServerProcess.start();
  onTestFinished(() => server.cleanUp());
  const browser = await StalledBrowser.open('audioProcess');
  onTestFinished(() => browser.close());
  const folder = await mkdtemp(path.join(tmpdir(), 'cora-stall-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const room = await createRoom(server.url, 'Clase');
  await enterRoom(browser, roomLink(server.url, room, 'moderator'), 'Ana');
  await browser.page.getByRole('button', { name: 'Grabar' }).click();
  await browser.page.getByText('La inició Ana').waitFor();

  // Sender reports come every 3 to 7 s: two before the stall, and one after it.
  await recordingReaches(browser, '0:08');
  const hushes = [await browser.hush()];
  await browser.stallFor(STALL_MS);
  await recordingReaches(browser, '0:22');
  hushes.push(await browser.hush());
  await recordingReaches(browser, '0:25');
  await browser.page
    .getByRole('button', { name: /^Detener/ })
    .first()
    .click();

  const recording = await readyRecording(server.url, room);
  const { startedAt, speakers } = recording.manifest;
  const file = path.join(folder, 'ana.ogg');
  await writeFile(file, await fetchFile(server.url, room, recording, speakers[0]!.file.path));
  const { samples } = await DecodedSound.of(file);
  for (const at of hushes) {
    const expected = (at - startedAt) / 1_000;
    expect(1_000 * Math.abs(hushNear(samples, expected) - expected)).toBeLessThan(SLACK_MS);
  }
});
