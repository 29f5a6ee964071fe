import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  MAX_SHARES,
  ShareListSchema,
  ShareSchema,
  SharedRecordingSchema,
  type RecordingId,
  type Share,
  type SharePermission,
} from '#protocol';
import { ROOM_ID } from '#tests/support/builders.ts';
import { SOUND } from '#tests/support/fakeLibrary.ts';
import { RECORDING_ID, manifest, summaryOf } from '#tests/support/manifest.ts';
import { Site, refused } from '#tests/support/site.ts';
import * as v from 'valibot';

const RECORDING = `/api/rooms/${ROOM_ID}/recordings/${RECORDING_ID}`;
const SHARES = `${RECORDING}/shares`;
const SHARED = `/api/shares/${RECORDING_ID}`;
const DAY_MS = 86_400_000;

describe('sharing a recording', () => {
  let site: Site;
  let moderator: string;
  beforeEach(async () => {
    site = await Site.open();
    moderator = await site.invitation('moderator');
  });
  afterEach(() => site.close());

  const share = async (permission: SharePermission = 'play', days = 7): Promise<Share> => {
    const answer = await site.post(SHARES, { permission, days }, moderator);
    expect(answer.statusCode).toBe(201);
    return v.parse(ShareSchema, answer.json());
  };
  const opened = async ({ token }: Share) =>
    v.parse(SharedRecordingSchema, (await site.get(SHARED, token)).json());
  const file = (ticket: string, query = '') =>
    site.get(`${RECORDING}/files/speakers/ana.ogg?ticket=${ticket}${query}`);

  it('[HS1] makes a link that plays the recording for who has no other', async () => {
    const made = await share();
    expect(made.expiresAt - made.createdAt).toBe(7 * DAY_MS);
    const shared = await opened(made);
    expect(shared.summary.recordingId).toBe(RECORDING_ID);
    expect(shared.permission).toBe('play');
    expect((await file(shared.ticket)).body).toBe(SOUND);
  });

  it('[HS2] keeps from them who answered what when asked to be recorded', async () => {
    const { manifest: seen, ticket } = await opened(await share('download'));
    expect(seen?.consentLog).toBeNull();
    const log = await site.get(`${RECORDING}/files/consent.json?ticket=${ticket}`);
    expect(refused(log)).toEqual([404, 'NOT_FOUND']);
  });

  it('[HS3] lets only those download whose link says so', async () => {
    const { ticket: play } = await opened(await share('play'));
    expect(refused(await file(play, '&download=1'))).toEqual([403, 'FORBIDDEN']);
    expect(refused(await site.get(`${RECORDING}/files.zip?ticket=${play}`))).toEqual([
      403,
      'FORBIDDEN',
    ]);
    const { ticket: download } = await opened(await share('download'));
    expect((await file(download, '&download=1')).headers['content-disposition']).toBe(
      'attachment; filename="ana.ogg"',
    );
    const zip = await site.get(`${RECORDING}/files.zip?ticket=${download}`);
    expect([zip.statusCode, zip.headers['content-type']]).toEqual([200, 'application/zip']);
    expect(zip.headers['content-disposition']).toMatch(/filename="cora-2025-06-15\.zip"/);
  });

  it('[HS4] is listed for moderators, the token the same as when it was made', async () => {
    const [first, second] = [await share('play'), await share('download', 1)];
    const { shares } = v.parse(ShareListSchema, (await site.get(SHARES, moderator)).json());
    expect(shares).toEqual([first, second]);
  });

  it('[HS5] ends at once when it is revoked, also for who has the page open', async () => {
    const made = await share('download');
    const { ticket } = await opened(made);
    const revoked = await site.delete(`${SHARES}/${made.shareId}`, moderator);
    expect(revoked.statusCode).toBe(204);
    expect(refused(await site.get(SHARED, made.token))).toEqual([404, 'NOT_FOUND']);
    expect(refused(await file(ticket))).toEqual([404, 'NOT_FOUND']);
    expect(refused(await site.delete(`${SHARES}/${made.shareId}`, moderator))).toEqual([
      404,
      'NOT_FOUND',
    ]);
  });

  it('[HS6] ends by itself at its time', async () => {
    const made = await share('play', 1);
    const { ticket } = await opened(made);
    site.clock.advance(DAY_MS);
    expect(refused(await site.get(SHARED, made.token))).toEqual([404, 'NOT_FOUND']);
    expect(refused(await file(ticket))).toEqual([404, 'NOT_FOUND']);
    expect((await site.get(SHARES, moderator)).json()).toEqual({ shares: [] });
  });

  it('[HS7] opens no other recording, and nothing without a token of its own', async () => {
    const made = await share();
    const other = manifest({ recordingId: 'recording-0000002' as RecordingId });
    site.library.put(summaryOf(other), other);
    const elsewhere = await site.get(`/api/shares/${other.recordingId}`, made.token);
    expect(refused(elsewhere)).toEqual([404, 'NOT_FOUND']);
    for (const token of [undefined, 'x', moderator, await site.ticket()]) {
      const answer = refused(await site.get(SHARED, token));
      expect(answer[0]).toBeGreaterThanOrEqual(401);
      expect(answer[1]).toMatch(/^(UNAUTHORIZED|NOT_FOUND)$/);
    }
  });

  it.each(['speaker', 'audience'] as const)('[HS8] is not for a %s to do', async (role) => {
    const token = await site.invitation(role);
    const made = await share();
    const answers = [
      await site.post(SHARES, { permission: 'play', days: 1 }, token),
      await site.get(SHARES, token),
      await site.delete(`${SHARES}/${made.shareId}`, token),
    ];
    expect(answers.map(refused)).toEqual(answers.map(() => [403, 'FORBIDDEN']));
  });

  it.each([
    ['no days', { permission: 'play' }],
    ['no permission', { days: 1 }],
    ['an unknown permission', { permission: 'edit', days: 1 }],
    ['no time at all', { permission: 'play', days: 0 }],
    ['for ever', { permission: 'play', days: 36_500 }],
    ['a key too many', { permission: 'play', days: 1, roomId: 'x' }],
  ])('[HS9] refuses %s', async (_what, body) => {
    expect(refused(await site.post(SHARES, body, moderator))).toEqual([400, 'INVALID_MESSAGE']);
  });

  it('[HS10] makes no more links than a list can show', async () => {
    await Promise.all(Array.from({ length: MAX_SHARES }, () => share()));
    const answer = await site.post(SHARES, { permission: 'play', days: 1 }, moderator);
    expect(refused(answer)).toEqual([409, 'LIMIT_REACHED']);
  });

  it('[HS11] waits until there is something to share, but not until it is ready', async () => {
    site.library.put(summaryOf(manifest(), { state: 'recording' }), null);
    const tooEarly = await site.post(SHARES, { permission: 'play', days: 1 }, moderator);
    expect(refused(tooEarly)).toEqual([409, 'RECORDING_STATE']);
    site.library.put(summaryOf(manifest(), { state: 'finalizing', progress: 0.5 }), null);
    const { summary, manifest: none } = await opened(await share());
    expect([summary.progress, none]).toEqual([0.5, null]);
  });
});
