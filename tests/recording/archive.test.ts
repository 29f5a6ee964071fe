import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openArchive, type ReadFile } from '#server/recording/archive.ts';
import {
  addTrack,
  finish,
  openStudio,
  pathOf,
  phraseOf,
  sayAll,
  scratch,
  type Studio,
} from './support/studio.ts';
import { sinePackets } from './support/sound.ts';

const run = promisify(execFile);
const SECOND = sinePackets({ frequency: 440, packets: 50 });
const HOSTILE = '../../<script>alert(1)</script> Ñandú\u2028';

const localFiles =
  (studio: Studio): ReadFile =>
  async ({ path }) =>
    createReadStream(pathOf(studio, path));

describe('the archive of a recording', () => {
  it('[AR1] is a ZIP of all files, uncompressed, with names that are the server’s or made harmless', async () => {
    const studio = await openStudio();
    sayAll(studio.clock, addTrack(studio.recording, 1, HOSTILE), SECOND);
    const manifest = await finish(studio);
    const path = join(await scratch(), 'all.zip');
    await pipeline(openArchive(manifest, localFiles(studio)), createWriteStream(path));
    const { stdout } = await run('python3', [
      '-c',
      'import sys,zipfile,hashlib\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n' +
        'for i in z.infolist(): print(i.filename, i.compress_type, hashlib.sha256(z.read(i)).hexdigest())',
      path,
    ]);
    const rows = stdout
      .trim()
      .split('\n')
      .map((row) => row.split(' '));
    expect(rows.map(([name]) => name).sort()).toEqual([
      ...['captions.json', 'captions.vtt', 'manifest.json', 'mezcla.mp3', 'mezcla.webm'],
      ...['player.html', 'voces/01-script-alert-1-script-nandu.json'],
      'voces/01-script-alert-1-script-nandu.ogg',
    ]);
    expect(new Set(rows.map(([, method]) => method))).toEqual(new Set(['0']));
    const hash = createHash('sha256').update(await readFile(pathOf(studio, 'mix.mp3')));
    expect(rows.find(([name]) => name === 'mezcla.mp3')?.[2]).toBe(hash.digest('hex'));
  });

  it('[AR2] fails while being read when a file is not there', async () => {
    const studio = await openStudio();
    sayAll(studio.clock, addTrack(studio.recording, 1), SECOND);
    const manifest = await finish(studio);
    await rm(pathOf(studio, 'mix.webm'));
    const reading = openArchive(manifest, localFiles(studio)).toArray();
    await expect(reading).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('[AR3] holds a page in which nothing that people wrote is more than text', async () => {
    const studio = await openStudio();
    sayAll(studio.clock, addTrack(studio.recording, 1, HOSTILE), SECOND);
    studio.recording.phrase(phraseOf('</script><img src=x onerror=alert(1)><!--'));
    studio.recording.marker('<b>');
    await finish(studio);
    const page = await readFile(pathOf(studio, 'player.html'), 'utf8');
    const [, json = ''] =
      /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page) ?? [];
    expect(json).not.toMatch(/[<>&\u2028]/);
    const data = JSON.parse(json);
    expect(data.speakers[0].label).toBe(HOSTILE);
    expect(data.phrases[0].text).toContain('</script>');
    expect(data.markers[0].label).toBe('<b>');
    expect(page.match(/<\/script>/g)).toHaveLength(2);
  });
});
