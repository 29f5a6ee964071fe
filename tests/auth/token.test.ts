import { SignJWT, UnsecuredJWT, base64url, exportSPKI, generateKeyPair } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { InvitationId, PeerId, RecordingId, ShareId } from '#protocol';
import { ACCESS_LIFETIME_MS, JwtTokens } from '#server/auth/token.ts';
import type { StoredInvitation } from '#server/domain/invitations.ts';
import { ROOM_ID, identity } from '#tests/support/builders.ts';
import { newInvitation } from '#tests/support/fakeBook.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

const SECRET = 'kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ';
const KEY = new TextEncoder().encode(SECRET);

const tokens = new JwtTokens([SECRET]);
const OTHER_SECRET = 'Zq4sT7wN1xV8rB5mK2yC9hG6jF3dL0pE';
const who = identity({ role: 'moderator', displayName: 'Ana' });
const CLAIMS = { room: who.roomId, inv: who.invitationId, role: who.role, name: 'Ana' };
const invited = (change: Partial<StoredInvitation> = {}): StoredInvitation => ({
  ...newInvitation({ createdAt: Date.now(), expiresAt: Date.now() + 86_400_000 }),
  ...{ uses: 0, revokedAt: null },
  ...change,
});
interface Kid {
  kid: string;
}
const nowS = () => Math.floor(Date.now() / 1_000);

describe('tokens', () => {
  let access: string;
  let keyId: string;
  beforeEach(async () => {
    access = (await tokens.signAccess(who)).accessToken;
    keyId = (partOf(access, 0) as Kid).kid;
  });

  const partOf = (token: string, index: number): unknown =>
    JSON.parse(new TextDecoder().decode(base64url.decode(token.split('.')[index] ?? '')));

  /** An access token with the right key, its claims as given. */
  const signed = (options: {
    exp?: number;
    aud?: string;
    iss?: string;
    kid?: string;
    claims?: object;
    alg?: string;
  }) => {
    const jwt = new SignJWT({ ...CLAIMS, ...options.claims })
      .setProtectedHeader({ alg: options.alg ?? 'HS256', kid: options.kid ?? keyId })
      .setIssuer(options.iss ?? 'cora')
      .setAudience(options.aud ?? 'cora/access')
      .setSubject(who.peerId);
    if (options.exp !== undefined) jwt.setExpirationTime(options.exp);
    return jwt.sign(KEY);
  };
  const verdict = async (token: string | Promise<string>) =>
    refusalFrom(tokens.verifyAccess(await token));

  it('[TK1] give back who they were made for', async () => {
    const { expiresAt, ...rest } = await tokens.verifyAccess(access);
    expect({ ...rest, expiresAt: who.expiresAt }).toEqual(who);
    const minutes = (expiresAt - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(ACCESS_LIFETIME_MS / 60_000 + 0.9);
    expect(minutes).toBeLessThan(ACCESS_LIFETIME_MS / 60_000 + 1.1);
    const signedNow = await tokens.signAccess(who);
    const { expiresAt: seen } = await tokens.verifyAccess(signedNow.accessToken);
    expect(seen).toBe(signedNow.expiresAt);
    expect(await verdict(signed({ exp: nowS() + 60 }))).toBe('allowed');
  });

  it('[TK2] are refused after a change of any part', async () => {
    const [header = '', payload = '', signature = ''] = access.split('.');
    const promoted = base64url.encode(
      JSON.stringify({ ...(partOf(access, 1) as object), role: 'moderator', room: 'room-0000009' }),
    );
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    const forgeries = [
      `${header}.${promoted}.${signature}`,
      `${header}.${payload}.${flipped}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${access}.x`,
      '',
      'x',
      '..',
      'null',
    ];
    for (const forgery of forgeries) expect(await verdict(forgery), forgery).toBe('UNAUTHORIZED');
  });

  it('[TK3] of another secret are refused', async () => {
    const { accessToken } = await new JwtTokens([OTHER_SECRET]).signAccess(who);
    expect(await verdict(accessToken)).toBe('UNAUTHORIZED');
  });

  it('[TK4] without a signature, or with another algorithm, are refused', async () => {
    const unsigned = new UnsecuredJWT(CLAIMS)
      .setIssuer('cora')
      .setAudience('cora/access')
      .setSubject(who.peerId)
      .setExpirationTime('1h')
      .encode();
    expect(partOf(unsigned, 0)).toEqual({ alg: 'none' });
    expect(await verdict(unsigned)).toBe('UNAUTHORIZED');
    for (const alg of ['HS384', 'HS512']) {
      expect(await verdict(signed({ exp: nowS() + 60, alg })), alg).toBe('UNAUTHORIZED');
    }
  });

  it('[TK5] signed with a key pair are refused, whichever way the key is passed off', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const claim = (alg: string) =>
      new SignJWT(CLAIMS)
        .setProtectedHeader({ alg, kid: keyId })
        .setIssuer('cora')
        .setAudience('cora/access')
        .setSubject(who.peerId)
        .setExpirationTime('1h');
    const pem = new TextEncoder().encode(await exportSPKI(publicKey));
    expect(await verdict(claim('RS256').sign(privateKey))).toBe('UNAUTHORIZED');
    expect(await verdict(claim('HS256').sign(pem))).toBe('UNAUTHORIZED');
  });

  it('[TK6] end 60 s after their time, so that two clocks may differ', async () => {
    expect(await verdict(signed({ exp: nowS() - 50 }))).toBe('allowed');
    expect(await verdict(signed({ exp: nowS() - 62 }))).toBe('TOKEN_EXPIRED');
    const exp = nowS() + 10;
    const { expiresAt } = await tokens.verifyAccess(await signed({ exp }));
    expect(expiresAt).toBe((exp + 60) * 1_000);
  });

  it('[TK7] without an end are refused', async () => {
    expect(await verdict(signed({}))).toBe('UNAUTHORIZED');
    const endless = await signed({ aud: 'cora/invitation' });
    expect(await refusalFrom(tokens.verifyInvitation(endless))).toBe('UNAUTHORIZED');
    const ending = await signed({ aud: 'cora/invitation', exp: nowS() + 60 });
    expect(await refusalFrom(tokens.verifyInvitation(ending))).toBe('allowed');
  });

  it('[TK8] of another issuer or another key id are refused', async () => {
    const exp = nowS() + 60;
    expect(await verdict(signed({ exp, iss: 'elsewhere' }))).toBe('UNAUTHORIZED');
    expect(await verdict(signed({ exp, kid: '00000000' }))).toBe('UNAUTHORIZED');
  });

  it('[TK9] for one thing do not pass for another', async () => {
    const recordingId = 'recording-1' as RecordingId;
    const { invitationId, role: invitedAs } = who;
    const givenTo = { peerId: null, invitationId, invitedAs };
    const ticket = { roomId: ROOM_ID, recordingId, permission: 'play', givenTo } as const;
    const claim = { roomId: ROOM_ID, recordingId, shareId: 'share-000001' as ShareId };
    const dates = { createdAt: Date.now(), expiresAt: Date.now() + 60_000 };
    const made = {
      access,
      invitation: await tokens.signInvitation(ROOM_ID, invited()),
      ticket: await tokens.signTicket(ticket),
      share: await tokens.signShare(claim, { ...claim, ...dates, permission: 'play' }),
    };
    const verify = {
      access: (token: string) => tokens.verifyAccess(token),
      invitation: (token: string) => tokens.verifyInvitation(token),
      ticket: (token: string) => tokens.verifyTicket(token),
      share: (token: string) => tokens.verifyShare(token),
    };
    for (const [use, check] of Object.entries(verify)) {
      for (const [kind, token] of Object.entries(made)) {
        const expected = kind === use ? 'allowed' : 'UNAUTHORIZED';
        expect(await refusalFrom(check(token)), `${kind} as ${use}`).toBe(expected);
      }
    }
  });

  it.each([
    ['a role that is none', { role: 'owner' }],
    ['no room', { room: undefined }],
    ['no invitation', { inv: undefined }],
    ['a room that is no id', { room: '../../etc' }],
    ['a name that is nothing', { name: '\u202e' }],
    ['a peer that is no id', { sub: '*' as PeerId }],
  ])('[TK10] well signed with %s are refused', async (_what, claims) => {
    const jwt = new SignJWT({ ...CLAIMS, sub: who.peerId, ...claims })
      .setProtectedHeader({ alg: 'HS256', kid: keyId })
      .setIssuer('cora')
      .setAudience('cora/access')
      .setExpirationTime('1h');
    expect(await verdict(jwt.sign(KEY))).toBe('UNAUTHORIZED');
  });

  it('[TK11] say nothing of their secret, and are refused without saying why', async () => {
    const text = access.split('.').slice(0, 2).map(String).join('');
    expect(text).not.toContain(SECRET);
    expect(JSON.stringify(partOf(access, 0))).toBe(`{"alg":"HS256","kid":"${keyId}"}`);
    const messages = await Promise.all(
      ['x', `${access}x`, await signed({ exp: nowS() + 60, iss: 'elsewhere' })].map((token) =>
        tokens.verifyAccess(token).catch((error: Error) => error.message),
      ),
    );
    expect(new Set(messages).size).toBe(1);
    expect(messages[0]).not.toMatch(/signature|issuer|eyJ/);
  });

  it('[TK12] of an invitation are the same whenever it is signed, and end with it', async () => {
    const invitation = invited({ role: 'audience' });
    const token = await tokens.signInvitation(ROOM_ID, invitation);
    const used = { ...invitation, uses: 3, label: 'Tenores', maxUses: 5 };
    expect(await tokens.signInvitation(ROOM_ID, used)).toBe(token);
    const { invitationId, expiresAt } = invitation;
    expect(await tokens.verifyInvitation(token)).toEqual({
      ...{ roomId: ROOM_ID, invitationId, role: 'audience' },
    });
    expect(partOf(token, 1)).toMatchObject({ exp: Math.floor(expiresAt / 1_000) });
    const other = invited({ invitationId: 'invitation-9999' as InvitationId });
    expect(await tokens.signInvitation(ROOM_ID, other)).not.toBe(token);
    const over = invited({ expiresAt: Date.now() - 62_000 });
    const overToken = await tokens.signInvitation(ROOM_ID, over);
    expect(await refusalFrom(tokens.verifyInvitation(overToken))).toBe('TOKEN_EXPIRED');
  });

  it('[TK13] of the secret before are taken while it is known, and new ones are of the newest', async () => {
    const rotated = new JwtTokens([OTHER_SECRET, SECRET]);
    expect((await rotated.verifyAccess(access)).peerId).toBe(who.peerId);
    const { accessToken } = await rotated.signAccess(who);
    expect(partOf(accessToken, 0)).not.toMatchObject({ kid: keyId });
    expect(await verdict(accessToken)).toBe('UNAUTHORIZED');
    const later = new JwtTokens([OTHER_SECRET]);
    expect((await later.verifyAccess(accessToken)).peerId).toBe(who.peerId);
    expect(await refusalFrom(later.verifyAccess(access))).toBe('UNAUTHORIZED');
    // A key answers for its own name only.
    const mixed = await signed({ exp: nowS() + 60, kid: (partOf(accessToken, 0) as Kid).kid });
    expect(await refusalFrom(rotated.verifyAccess(mixed))).toBe('UNAUTHORIZED');
  });
});
