import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DecodedSound } from '#tests/support/decode.ts';
import { readyRecording } from '#tests/support/recordings.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, roomLink } from '#tests/support/visit.ts';
import { hushNear } from '#tests/support/hops.ts';
import { clocksOf } from './senderReports.ts';
import { StalledBrowser, STALLS, type Stall } from '#tests/support/stalledBrowser.ts';

const STALL_MS = 5_000;
const BEFORE_MS = 7_000;
/** Sender reports come every 5 s: what they mend is mended by then. */
const AFTER_MS = 14_000;

/** Records a browser whose capture stands still for 5 s; where its sound is put afterwards. */
export async function measureCaptureStall(): Promise<string> {
  const results: string[] = [];
  for (const stall of STALLS) results.push(`\n  ${stall}: ${await measure(stall)}`);
  return results.join('');
}

async function measure(stall: Stall): Promise<string> {
  const server = await ServerProcess.start();
  const folder = await mkdtemp(path.join(tmpdir(), 'cora-journal-'));
  const browser = await StalledBrowser.open(stall);
  try {
    const room = await createRoom(server.url, 'Medida');
    await enterRoom(browser, roomLink(server.url, room, 'moderator'), 'Ana');
    await browser.page.getByRole('button', { name: 'Grabar' }).click();
    await browser.page.getByText('La inició Ana').waitFor();
    await delay(BEFORE_MS);
    const hushes = [await browser.hush()];
    await delay(2_000);
    await browser.stallFor(STALL_MS);
    await delay(2_500);
    hushes.push(await browser.hush());
    await delay(AFTER_MS);
    hushes.push(await browser.hush());
    await delay(1_500);
    const journals = server.recordingsDirectory;
    await cp(journals, folder, { recursive: true });
    await browser.page
      .getByRole('button', { name: /^(Detener|Parar)/ })
      .first()
      .click();
    const { manifest } = await readyRecording(server.url, room);
    const [speaker] = manifest.speakers;
    const file = path.join(journals, manifest.recordingId, speaker!.file.path);
    const { samples } = await DecodedSound.of(file);
    const errors = hushes.map((at) => {
      const expected = (at - manifest.startedAt) / 1_000;
      return 1_000 * (hushNear(samples, expected) - expected);
    });
    const [before, soon, later] = errors.map((error) => Math.round(error));
    const clocks = clocksOf(path.join(folder, manifest.recordingId));
    return (
      `late by ${before} ms before the stall, ${soon} ms soon after it, ${later} ms later` +
      clocks.map((line) => `\n    ${line}`).join('')
    );
  } finally {
    await browser.close();
    await server.cleanUp();
    await rm(folder, { recursive: true, force: true });
  }
}
