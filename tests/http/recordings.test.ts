import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  RecordingDetailSchema,
  RecordingListSchema,
  RunningRecordingSchema,
  type RecordingId,
  type RoomId,
} from '#protocol';
import { byteRange } from '#server/http/byteRange.ts';
import { ROOM_ID, invitedAs } from '#tests/support/builders.ts';
import { SOUND } from '#tests/support/fakeLibrary.ts';
import { RECORDING_ID, manifest, summaryOf } from '#tests/support/manifest.ts';
import { Site, refused } from '#tests/support/site.ts';
import * as v from 'valibot';

const OTHER_ROOM = 'room-0000002' as RoomId;
const OTHER_RECORDING = 'recording-0000002' as RecordingId;
const LIST = `/api/rooms/${ROOM_ID}/recordings`;
const DETAIL = `${LIST}/${RECORDING_ID}`;
const FILE = `${DETAIL}/files/speakers/ana.ogg`;

describe('recordings over HTTP', () => {
  let site: Site;
  let ticket: string;
  beforeEach(async () => {
    site = await Site.open();
    ticket = await site.ticket();
  });
  afterEach(() => site.close());

  const file = (headers: Record<string, string> = {}, query = '') =>
    site.get(`${FILE}?ticket=${ticket}${query}`, undefined, headers);

  it('[HR1] are listed and shown to a moderator, in the room or by invitation', async () => {
    for (const token of [await site.access('moderator'), await site.invitation('moderator')]) {
      const list = v.parse(RecordingListSchema, (await site.get(LIST, token)).json());
      expect(list.recordings.map(({ recordingId }) => recordingId)).toEqual([RECORDING_ID]);
      const detail = v.parse(RecordingDetailSchema, (await site.get(DETAIL, token)).json());
      expect(await site.tokens.verifyTicket(detail.ticket)).toEqual({
        ...{ roomId: ROOM_ID, recordingId: RECORDING_ID },
        permission: 'download',
        givenTo: expect.objectContaining({ invitationId: invitedAs('moderator') }),
      });
    }
  });

  it.each(['speaker', 'audience'] as const)('[HR2] are not shown to a %s', async (role) => {
    for (const token of [await site.access(role), await site.invitation(role)]) {
      for (const url of [LIST, DETAIL]) {
        expect(refused(await site.get(url, token))).toEqual([403, 'FORBIDDEN']);
      }
    }
  });

  it('[HR3] are not shown with a token of another room, or none', async () => {
    for (const token of [undefined, await site.invitation('moderator', OTHER_ROOM)]) {
      for (const url of [LIST, DETAIL]) {
        expect(refused(await site.get(url, token))).toEqual([401, 'UNAUTHORIZED']);
      }
    }
  });

  it('[HR4] of another room answer like missing ones', async () => {
    const token = await site.invitation('moderator', OTHER_ROOM);
    const base = `/api/rooms/${OTHER_ROOM}/recordings`;
    const answers = await Promise.all(
      [RECORDING_ID, OTHER_RECORDING, 'x', '..', '%2e%2e'].map((id) =>
        site.get(`${base}/${id}`, token),
      ),
    );
    expect(answers.map(refused)).toEqual(answers.map(() => [404, 'NOT_FOUND']));
    expect(answers[0]?.body).toBe(answers[1]?.body);
  });

  it('[HR5] are sent whole, and not kept by a cache', async () => {
    const answer = await file();
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe(SOUND);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['accept-ranges']).toBe('bytes');
    expect(answer.headers['content-disposition']).toBeUndefined();
  });

  it('[HR6] are sent in part to a player that asks for a range', async () => {
    const answer = await file({ range: 'bytes=4-7' });
    expect(answer.statusCode).toBe(206);
    expect(answer.body).toBe('0123');
    expect(answer.headers['content-range']).toBe(`bytes 4-7/${String(SOUND.length)}`);
    const beyond = await file({ range: 'bytes=9999-' });
    expect(beyond.statusCode).toBe(416);
    expect(beyond.headers['x-content-type-options']).toBe('nosniff');
  });

  it('[HR7] are saved under their own name when asked so', async () => {
    const answer = await file({}, '&download=1');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="ana.ogg"');
  });

  it('[HR8] are not opened by a ticket of another recording or room', async () => {
    const other = [await site.ticket(OTHER_RECORDING), await site.ticket(RECORDING_ID, OTHER_ROOM)];
    for (const wrong of other) {
      expect(refused(await site.get(`${FILE}?ticket=${wrong}`))).toEqual([404, 'NOT_FOUND']);
    }
    const elsewhere = `${LIST}/${OTHER_RECORDING}/files/speakers/ana.ogg?ticket=${ticket}`;
    expect(refused(await site.get(elsewhere))).toEqual([404, 'NOT_FOUND']);
  });

  it('[HR9] are not opened by anything but a ticket', async () => {
    const access = await site.access('moderator');
    const queries = ['', '?ticket=', `?ticket=${access}`, `?ticket=${ticket}&ticket=${ticket}`];
    for (const query of queries) {
      const answer = await site.get(`${FILE}${query}`, access);
      expect(refused(answer), query).toEqual([401, 'UNAUTHORIZED']);
    }
  });

  it.each([
    '../../private',
    '..%2f..%2fprivate',
    '%2e%2e/%2e%2e/private',
    '..%5c..%5cprivate',
    '%2fetc%2fpasswd',
    'speakers/ana.ogg%00.txt',
    'speakers//ana.ogg',
    '',
  ])('[HR10] have no files but their own: %s', async (name) => {
    const answer = await site.get(`${DETAIL}/files/${name}?ticket=${ticket}`);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
    expect(refused(answer)[1]).toMatch(/^(NOT_FOUND|INVALID_MESSAGE|UNAUTHORIZED)$/);
  });

  it('[HR11] say that a token was good once, rather than that it is none', async () => {
    const { kid } = JSON.parse(
      Buffer.from((await site.access('moderator')).split('.')[0] ?? '', 'base64url').toString(),
    ) as { kid: string };
    const stale = await new SignJWT({ room: ROOM_ID, role: 'moderator', name: 'A' })
      .setProtectedHeader({ alg: 'HS256', kid })
      .setIssuer('cora')
      .setAudience('cora/access')
      .setSubject('peer-0000001')
      .setExpirationTime(Math.floor(Date.now() / 1_000) - 3_600)
      .sign(new TextEncoder().encode('kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ'));
    expect(refused(await site.get(LIST, stale))).toEqual([401, 'TOKEN_EXPIRED']);
  });
});

describe('what a moderator does with recordings over HTTP', () => {
  let site: Site;
  let moderator: string;
  beforeEach(async () => {
    site = await Site.open();
    moderator = await site.access('moderator');
  });
  afterEach(() => site.close());

  it('[HR12] deletes one, in their name, once', async () => {
    expect((await site.delete(DETAIL, moderator)).statusCode).toBe(204);
    expect(site.library.deletions).toEqual([
      { recordingId: RECORDING_ID, deletedBy: { by: 'moderator', name: 'Ana' } },
    ]);
    expect(refused(await site.delete(DETAIL, moderator))).toEqual([404, 'NOT_FOUND']);
    const ticket = await site.ticket();
    expect(refused(await site.get(`${FILE}?ticket=${ticket}`))).toEqual([404, 'NOT_FOUND']);
  });

  it('[HR13] deletes none that runs', async () => {
    site.library.put(summaryOf(manifest(), { state: 'recording' }), null);
    expect(refused(await site.delete(DETAIL, moderator))).toEqual([409, 'RECORDING_STATE']);
  });

  it('[HR14] starts one, and stops it by its id', async () => {
    const answer = await site.post(LIST, {}, moderator);
    expect(answer.statusCode).toBe(201);
    const running = v.parse(RunningRecordingSchema, answer.json());
    expect(running.startedBy).toBe('Ana');
    expect(refused(await site.post(LIST, {}, moderator))).toEqual([409, 'RECORDING_STATE']);
    const { recordingId } = running;
    const runs = manifest({ recordingId });
    site.library.put(summaryOf(runs, { state: 'recording' }), null);
    const stopped = await site.post(`${LIST}/${recordingId}/stop`, {}, moderator);
    expect([stopped.statusCode, stopped.json()]).toEqual([200, {}]);
    expect(site.control.running).toBeNull();
    expect(refused(await site.post(`${DETAIL}/stop`, {}, moderator))).toEqual([
      409,
      'RECORDING_STATE',
    ]);
  });

  it('[HR15] starts none in a room where nobody is', async () => {
    site.control.isOpen = false;
    expect(refused(await site.post(LIST, {}, moderator))).toEqual([404, 'NOT_FOUND']);
  });

  it.each(['speaker', 'audience'] as const)('[HR16] is refused to a %s', async (role) => {
    const token = await site.access(role);
    const answers = [
      await site.delete(DETAIL, token),
      await site.post(LIST, {}, token),
      await site.post(`${DETAIL}/stop`, {}, token),
    ];
    expect(answers.map(refused)).toEqual(answers.map(() => [403, 'FORBIDDEN']));
    expect(site.library.deletions).toEqual([]);
  });

  it('[HR17] asks for a file’s size without its content', async () => {
    const url = `${FILE}?ticket=${await site.ticket()}`;
    const answer = await site.app.inject({ method: 'HEAD', url });
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
    expect(answer.headers['content-length']).toBe(String(SOUND.length));
  });

  it('[HR18] is given the whole file when it is no longer the one a part was asked of', async () => {
    const url = `${FILE}?ticket=${await site.ticket()}`;
    const etag = (await site.get(url)).headers.etag as string;
    const part = { range: 'bytes=4-7' };
    const same = await site.get(url, undefined, { ...part, 'if-range': etag });
    expect([same.statusCode, same.body]).toEqual([206, '0123']);
    const other = await site.get(url, undefined, { ...part, 'if-range': '"another"' });
    expect([other.statusCode, other.body]).toEqual([200, SOUND]);
  });

  it('[HR19] finds a file that is gone missing, not broken', async () => {
    site.library.isEmpty = true;
    const answer = await site.get(`${FILE}?ticket=${await site.ticket()}`);
    expect(refused(answer)).toEqual([404, 'NOT_FOUND']);
  });
});

describe('a Range header', () => {
  it.each([
    [undefined, null],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=4-', { start: 4, end: 9 }],
    ['bytes=4-99', { start: 4, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-99', { start: 0, end: 9 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    // What cannot be read as one range is as if it had not been sent (RFC 9110 section 14.2).
    ['bytes=7-4', null],
    ['bytes=-', null],
    ['bytes=0-1,4-5', null],
    ['lines=0-1', null],
    ['bytes=1e1-', null],
  ])('[HR20] %s of ten bytes is %j', (header, range) => {
    expect(byteRange(header, 10)).toEqual(range);
  });
});
