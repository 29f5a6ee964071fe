import {
  DisplayNameSchema,
  InvitationIdSchema,
  PeerIdSchema,
  ProtocolError,
  RecordingIdSchema,
  RoleSchema,
  RoomIdSchema,
  ShareIdSchema,
  SharePermissionSchema,
  type RoomId,
} from '#protocol';
import { SignJWT, errors, jwtVerify } from 'jose';
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { StoredInvitation } from '../domain/invitations.ts';
import type {
  Identity,
  Invitation,
  RecordingTicket,
  ShareClaim,
  SignedAccess,
  StoredShare,
  Tokens,
} from '../session/ports.ts';

const ISSUER = 'cora';
const ALGORITHM = 'HS256';
/** How far two clocks may differ before a token counts as expired. */
const LEEWAY_S = 60;
/** Whoever is connected is given the next one before that: what was taken from somebody lasts no longer. */
export const ACCESS_LIFETIME_MS = 15 * 60_000;
const TICKET_LIFETIME_MS = 6 * 3_600_000;

/** What a token is for stands in its `aud`, so that none passes for another. */
const AUDIENCE = {
  invitation: 'cora/invitation',
  access: 'cora/access',
  ticket: 'cora/recording',
  share: 'cora/share',
} as const;

const InvitationClaims = v.object({
  room: RoomIdSchema,
  inv: InvitationIdSchema,
  role: RoleSchema,
});
const AccessClaims = v.object({
  ...InvitationClaims.entries,
  sub: PeerIdSchema,
  name: DisplayNameSchema,
  exp: v.number(),
});
const TicketClaims = v.object({
  room: RoomIdSchema,
  recording: RecordingIdSchema,
  permission: SharePermissionSchema,
  to: v.union([
    v.strictObject({ shareId: ShareIdSchema }),
    v.strictObject({
      peerId: v.nullable(PeerIdSchema),
      invitationId: InvitationIdSchema,
      invitedAs: RoleSchema,
    }),
  ]),
});
const ShareClaims = v.object({
  room: RoomIdSchema,
  recording: RecordingIdSchema,
  share: ShareIdSchema,
});

interface Key {
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

/** Signs and checks tokens: JSON Web Tokens (RFC 7519), HS256 and nothing else. */
export class JwtTokens implements Tokens {
  readonly #current: Key;
  readonly #keys: ReadonlyMap<string, Key>;

  /**
   * @param secrets the one that signs, and others whose tokens are still taken; each has at least 32
   * characters, config.ts refuses less
   */
  constructor([current, ...previous]: readonly [string, ...string[]]) {
    this.#current = toKey(current);
    const keys = [this.#current, ...previous.map(toKey)];
    this.#keys = new Map(keys.map((key) => [key.keyId, key]));
  }

  signInvitation(roomId: RoomId, invitation: StoredInvitation): Promise<string> {
    const { invitationId, role, createdAt, expiresAt } = invitation;
    const jwt = new SignJWT({ room: roomId, inv: invitationId, role });
    return this.#sign(jwt, 'invitation', { from: createdAt, to: expiresAt });
  }

  async verifyInvitation(token: string): Promise<Invitation> {
    const { room, inv, role } = await this.#verify(token, 'invitation', InvitationClaims);
    return { roomId: room, invitationId: inv, role };
  }

  async signAccess(identity: Omit<Identity, 'expiresAt'>): Promise<SignedAccess> {
    const { roomId, invitationId, role, peerId, displayName } = identity;
    const claims = { room: roomId, inv: invitationId, role, name: displayName };
    const times = lasting(ACCESS_LIFETIME_MS);
    const accessToken = await this.#sign(new SignJWT(claims).setSubject(peerId), 'access', times);
    return { accessToken, expiresAt: endOf(inSeconds(times.to)) };
  }

  async verifyAccess(token: string): Promise<Identity> {
    const claims = await this.#verify(token, 'access', AccessClaims);
    return {
      roomId: claims.room,
      invitationId: claims.inv,
      role: claims.role,
      peerId: claims.sub,
      displayName: claims.name,
      expiresAt: endOf(claims.exp),
    };
  }

  signTicket({ roomId, recordingId, permission, givenTo }: RecordingTicket): Promise<string> {
    const claims = { room: roomId, recording: recordingId, permission, to: givenTo };
    return this.#sign(new SignJWT(claims), 'ticket', lasting(TICKET_LIFETIME_MS));
  }

  async verifyTicket(token: string): Promise<RecordingTicket> {
    const claims = await this.#verify(token, 'ticket', TicketClaims);
    const { room, recording, permission, to } = claims;
    return { roomId: room, recordingId: recording, permission, givenTo: to };
  }

  signShare(claim: ShareClaim, { createdAt, expiresAt }: StoredShare): Promise<string> {
    const { roomId, recordingId, shareId } = claim;
    const jwt = new SignJWT({ room: roomId, recording: recordingId, share: shareId });
    return this.#sign(jwt, 'share', { from: createdAt, to: expiresAt });
  }

  async verifyShare(token: string): Promise<ShareClaim> {
    const { room, recording, share } = await this.#verify(token, 'share', ShareClaims);
    return { roomId: room, recordingId: recording, shareId: share };
  }

  #sign(jwt: SignJWT, use: keyof typeof AUDIENCE, { from, to }: Times): Promise<string> {
    return jwt
      .setProtectedHeader({ alg: ALGORITHM, kid: this.#current.keyId })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE[use])
      .setIssuedAt(inSeconds(from))
      .setExpirationTime(inSeconds(to))
      .sign(this.#current.bytes);
  }

  /** @throws ProtocolError TOKEN_EXPIRED or UNAUTHORIZED, which says no more than that */
  async #verify<Claims extends v.GenericSchema>(
    token: string,
    use: keyof typeof AUDIENCE,
    claims: Claims,
  ): Promise<v.InferOutput<Claims>> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.#keyOf(kid), {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE[use],
        requiredClaims: ['exp'],
        clockTolerance: LEEWAY_S,
      });
      return v.parse(claims, payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new ProtocolError('TOKEN_EXPIRED', 'the token has expired');
      }
      throw new ProtocolError('UNAUTHORIZED', 'the token is not valid here');
    }
  }

  #keyOf(keyId: string | undefined): Uint8Array {
    const key = this.#keys.get(keyId ?? '');
    if (!key) throw new Error('unknown key');
    return key.bytes;
  }
}

/** Milliseconds since 1970. */
interface Times {
  readonly from: number;
  readonly to: number;
}

function lasting(ms: number): Times {
  const from = Date.now();
  return { from, to: from + ms };
}

/** As RFC 7519 writes times. */
const inSeconds = (ms: number) => Math.floor(ms / 1_000);

/** From when on a token is refused, in ms since 1970. */
const endOf = (expS: number) => (expS + LEEWAY_S) * 1_000;

function toKey(secret: string): Key {
  // Names the key without telling anything of it, so that a token of another key is known as such.
  const keyId = createHash('sha256').update(`cora-kid:${secret}`).digest('hex').slice(0, 8);
  return { keyId, bytes: new TextEncoder().encode(secret) };
}
