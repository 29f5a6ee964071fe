import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoomCreatedSchema, RoomPhrasebookSchema, type Phrasebook, type RoomId } from '#protocol';
import { FolderPhrasebooks } from '#server/storage/folderPhrasebooks.ts';
import { ROOM_ID } from '#tests/support/builders.ts';
import { Site, refused } from '#tests/support/site.ts';
import * as v from 'valibot';

const PHRASEBOOK = `/api/rooms/${ROOM_ID}/phrasebook`;
const ROLES = ['moderator', 'speaker', 'audience'] as const;
const DAY_MS = 86_400_000;

const book = (text = 'Desde el compás doce'): Phrasebook => ({
  version: 1,
  groups: [{ name: 'Ensayo', phrases: [{ text, language: 'es' }] }],
});
const none = { phrasebook: null };

describe('the phrases that a room ships', () => {
  let site: Site;
  let moderator: string;
  beforeEach(async () => {
    site = await Site.open();
    moderator = await site.invitation('moderator');
  });
  afterEach(() => site.close());

  const shipped = async (token: string) =>
    v.parse(RoomPhrasebookSchema, (await site.get(PHRASEBOOK, token)).json());
  const file = () => path.join(site.phrasebooksDirectory, `${ROOM_ID}.json`);

  it('[PB4] come with the room that is made, and are read with every way into it', async () => {
    const made = await site.post('/api/rooms', { roomName: 'Coro', phrasebook: book() });
    expect(made.statusCode).toBe(201);
    const { roomId, invitations } = v.parse(RoomCreatedSchema, made.json());
    const address = `/api/rooms/${roomId}/phrasebook`;
    for (const role of ROLES) {
      for (const token of [invitations[role], await site.access(role, { roomId })]) {
        expect((await site.get(address, token)).json()).toEqual({ phrasebook: book() });
      }
    }
    expect((await site.get(PHRASEBOOK, moderator)).headers['cache-control']).toBe('no-store');
  });

  it('[PB5] are changed and taken away by moderators, and by no one else', async () => {
    expect(await shipped(moderator)).toEqual(none);
    for (const token of [moderator, await site.access('moderator')]) {
      const text = `frase ${token.slice(-6)}`;
      expect((await site.put(PHRASEBOOK, book(text), token)).statusCode).toBe(204);
      expect(await shipped(moderator)).toEqual({ phrasebook: book(text) });
    }
    for (const role of ['speaker', 'audience'] as const) {
      for (const token of [await site.invitation(role), await site.access(role)]) {
        expect(refused(await site.put(PHRASEBOOK, book(), token))).toEqual([403, 'FORBIDDEN']);
        expect(refused(await site.delete(PHRASEBOOK, token))).toEqual([403, 'FORBIDDEN']);
      }
    }
    expect((await site.delete(PHRASEBOOK, moderator)).statusCode).toBe(204);
    expect(await shipped(moderator)).toEqual(none);
    expect((await site.delete(PHRASEBOOK, moderator)).statusCode).toBe(204);
  });

  it('[PB6] belong to one room, whose tokens alone open them', async () => {
    await site.put(PHRASEBOOK, book(), moderator);
    const stranger = await site.invitation('moderator', 'room-0000002' as RoomId);
    for (const token of [undefined, 'x', stranger, await site.ticket()]) {
      expect(refused(await site.get(PHRASEBOOK, token))).toEqual([401, 'UNAUTHORIZED']);
      expect(refused(await site.put(PHRASEBOOK, book(), token))).toEqual([401, 'UNAUTHORIZED']);
      expect(refused(await site.delete(PHRASEBOOK, token))).toEqual([401, 'UNAUTHORIZED']);
    }
    const other = await site.get('/api/rooms/room-0000002/phrasebook', stranger);
    expect(other.json()).toEqual(none);
  });

  it.each([
    ['nothing', {}],
    ['a list', [book()]],
    ['another version', { ...book(), version: 2 }],
    ['a key too many', { ...book(), path: '../x' }],
    ['an empty phrase', book(' \u200b')],
    ['a phrase too long', book('a'.repeat(281))],
  ])('[PB7] are refused when they are none: %s', async (_what, body) => {
    expect(refused(await site.put(PHRASEBOOK, body, moderator))).toEqual([400, 'INVALID_MESSAGE']);
    const made = await site.post('/api/rooms', { roomName: 'Coro', phrasebook: body });
    expect(refused(made)).toEqual([400, 'INVALID_MESSAGE']);
    expect(await shipped(moderator)).toEqual(none);
  });

  it('[PB8] have 64 KiB, and what is larger is refused before it is read', async () => {
    const phrases = Array.from({ length: 60 }, () => ({ text: 'á'.repeat(280), language: 'es' }));
    const large = (groups: number) => ({
      version: 1,
      groups: Array.from({ length: groups }, () => ({ name: 'g', phrases })),
    });
    expect((await site.put(PHRASEBOOK, large(1), moderator)).statusCode).toBe(204);
    const refusal = await site.put(PHRASEBOOK, large(2), moderator);
    expect(refused(refusal)).toEqual([413, 'INVALID_MESSAGE']);
    const made = await site.post('/api/rooms', { roomName: 'Coro', phrasebook: large(2) });
    expect(refused(made)).toEqual([413, 'INVALID_MESSAGE']);
  });

  it('[PB9] are one file that nobody else may read, written whole; a damaged one is none', async () => {
    await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        site.put(PHRASEBOOK, book(`frase ${String(index)}`), moderator),
      ),
    );
    expect(readdirSync(site.phrasebooksDirectory)).toEqual([`${ROOM_ID}.json`]);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const kept = JSON.parse(readFileSync(file(), 'utf8')) as Phrasebook;
    expect(await shipped(moderator)).toEqual({ phrasebook: kept });
    for (const damage of ['', '{"version":1', JSON.stringify({ ...kept, secret: 'canary4711' })]) {
      writeFileSync(file(), damage);
      expect(await shipped(moderator)).toEqual(none);
    }
    expect(site.log.of('error')).toEqual(Array(3).fill('phrasebook unreadable'));
    expect(JSON.stringify(site.log.lines)).not.toContain('canary4711');
  });

  it('[PB10] do not fill the disk: the forgotten ones go, and then no more are taken', async () => {
    const { clock, log, phrasebooksDirectory: directory } = site;
    const store = new FolderPhrasebooks({ directory, clock, log, maxBooks: 2 });
    const room = (name: string) => `room-000000${name}` as RoomId;
    await store.put(room('a'), book('a'));
    clock.advance(60 * DAY_MS);
    await store.put(room('b'), book('b'));
    await expect(store.put(room('c'), book('c'))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await store.put(room('b'), book('b2'));
    clock.advance(50 * DAY_MS);
    await store.put(room('c'), book('c'));
    expect(await store.get(room('a'))).toBeNull();
    expect(await store.get(room('b'))).toEqual(book('b2'));
    // To be asked for is to be in use.
    clock.advance(60 * DAY_MS);
    await store.get(room('b'));
    clock.advance(60 * DAY_MS);
    await store.put(room('d'), book('d'));
    expect(await store.get(room('b'))).toEqual(book('b2'));
    expect(await store.get(room('c'))).toBeNull();
  });
});
