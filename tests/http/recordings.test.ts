import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  RecordingDetailSchema,
  RecordingListSchema,
  type RecordingId,
  type RoomId,
} from '#protocol';
import { ROOM_ID } from '#tests/support/builders.ts';
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
        roomId: ROOM_ID,
        recordingId: RECORDING_ID,
        permission: 'download',
        shareId: null,
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
    const other = [
      await site.ticket(OTHER_RECORDING),
      await site.ticket(RECORDING_ID, OTHER_ROOM),
    ];
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
    const stale = await new SignJWT({ room: ROOM_ID, roomName: 'C', role: 'moderator', name: 'A' })
      .setProtectedHeader({ alg: 'HS256', kid })
      .setIssuer('cora')
      .setAudience('cora/access')
      .setSubject('peer-0000001')
      .setExpirationTime(Math.floor(Date.now() / 1_000) - 3_600)
      .sign(new TextEncoder().encode('kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ'));
    expect(refused(await site.get(LIST, stale))).toEqual([401, 'TOKEN_EXPIRED']);
  });
});
