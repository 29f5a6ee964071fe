import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { friendlyNames } from '#server/recording/friendlyNames.ts';
import { addTrack, finish, openStudio, pathOf, say } from './support/studio.ts';
import { FRAME_MS } from './support/frames.ts';

const SILENCE = Uint8Array.of(0xfc, 0xff, 0xfe);
const HOSTILE = [
  '../../../etc/passwd',
  '..\\..\\windows\\system32',
  '/absolute',
  'nul',
  'CON.txt',
  'a\u0000b.ogg',
  'line\nbreak\r\nTWO=2',
  '-rf *',
  '$(reboot)`reboot`;reboot|',
  '<script>alert(1)</script>',
  '"quoted\' & %2e%2e%2f',
  '\u202egpj.exe',
  '.',
  '😀'.repeat(60),
  // As long as the protocol lets a name be.
  'x'.repeat(200),
];
/** Everything on disk is called by the server's own words and ids. */
const SERVER_MADE =
  /^(speakers|peaks|manifest\.json|captions\.(vtt|json)|mix\.(mp3|webm)|player\.html|consent\.json|(speakers|peaks)\/peer-000\d+\.(ogg|json))$/;
const HARMLESS = /^voces\/\d{2}-[a-z0-9][a-z0-9-]{0,39}\.(ogg|json)$/;

describe('hostile names', () => {
  it('[FT8] never reach the disk: only names of the server do, and harmless ones the archive', async () => {
    const studio = await openStudio({}, HOSTILE.slice(0, 13).join(' '));
    const tracks = HOSTILE.map((name, number) => addTrack(studio.recording, number, name));
    for (let index = 0; index < 10; index += 1) {
      for (const track of tracks) say(track, index, SILENCE);
      studio.clock.nowMs += FRAME_MS;
    }
    for (const name of HOSTILE) studio.recording.marker(name);
    const manifest = await finish(studio);
    expect(manifest.speakers.map(({ displayName }) => displayName)).toEqual(HOSTILE);
    const onDisk = await readdir(pathOf(studio, '.'), { recursive: true });
    expect(onDisk.filter((name) => !SERVER_MADE.test(name))).toEqual([]);
    expect(onDisk.filter((name) => name.endsWith('.ogg'))).toHaveLength(HOSTILE.length);

    const names = [...friendlyNames(manifest).values()];
    const voices = names.filter((name) => !name.startsWith('mezcla.'));
    expect(voices.filter((name) => !HARMLESS.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    expect(voices).toHaveLength(2 * HOSTILE.length);
  });
});
