import {
  DisplayNameSchema,
  PeerIdSchema,
  ProtocolError,
  RecordingIdSchema,
  RoleSchema,
  RoomIdSchema,
  RoomNameSchema,
  RoomSettingsSchema,
  ShareIdSchema,
  SharePermissionSchema,
} from '#protocol';
import { SignJWT, errors, jwtVerify } from 'jose';
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type {
  Identity,
  Invitation,
  RecordingTicket,
  ShareClaim,
  StoredShare,
  Tokens,
} from '../session/ports.ts';

const ISSUER = 'cora';
const ALGORITHM = 'HS256';
/** How far two clocks may differ before a token counts as expired. */
const LEEWAY_S = 60;
const INVITATION_LIFETIME = '90d';
const ACCESS_LIFETIME = '12h';
const TICKET_LIFETIME = '6h';

/** What a token is for stands in its `aud`, so that none passes for another. */
const AUDIENCE = {
  invitation: 'cora/invitation',
  access: 'cora/access',
  ticket: 'cora/recording',
  share: 'cora/share',
} as const;

const InvitationClaims = v.object({
  room: RoomIdSchema,
  roomName: RoomNameSchema,
  role: RoleSchema,
  // Links from before there were settings have none.
  settings: v.optional(RoomSettingsSchema, {}),
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
  share: v.nullable(ShareIdSchema),
});
const ShareClaims = v.object({
  room: RoomIdSchema,
  recording: RecordingIdSchema,
  share: ShareIdSchema,
});

/** Signs and checks tokens: JSON Web Tokens (RFC 7519), HS256 and nothing else. */
export class JwtTokens implements Tokens {
  readonly #key: Uint8Array;
  readonly #keyId: string;

  /** @param secret at least 32 characters; config.ts refuses less */
  constructor(secret: string) {
    this.#key = new TextEncoder().encode(secret);
    // Names the key without telling anything of it, so that a token of another key is known as such.
    this.#keyId = createHash('sha256').update(`cora-kid:${secret}`).digest('hex').slice(0, 8);
  }

  signInvitation({ roomId, roomName, role, settings }: Invitation): Promise<string> {
    const claims = { room: roomId, roomName, role, settings };
    return this.#sign(new SignJWT(claims), 'invitation', INVITATION_LIFETIME);
  }

  async verifyInvitation(token: string): Promise<Invitation> {
    const { room, ...rest } = await this.#verify(token, 'invitation', InvitationClaims);
    return { roomId: room, ...rest };
  }

  signAccess(identity: Omit<Identity, 'expiresAt'>): Promise<string> {
    const { roomId, roomName, role, settings, peerId, displayName } = identity;
    const claims = { room: roomId, roomName, role, settings, name: displayName };
    return this.#sign(new SignJWT(claims).setSubject(peerId), 'access', ACCESS_LIFETIME);
  }

  async verifyAccess(token: string): Promise<Identity> {
    const claims = await this.#verify(token, 'access', AccessClaims);
    return {
      roomId: claims.room,
      roomName: claims.roomName,
      role: claims.role,
      settings: claims.settings,
      peerId: claims.sub,
      displayName: claims.name,
      expiresAt: (claims.exp + LEEWAY_S) * 1_000,
    };
  }

  signTicket({ roomId, recordingId, permission, shareId }: RecordingTicket): Promise<string> {
    const claims = { room: roomId, recording: recordingId, permission, share: shareId };
    return this.#sign(new SignJWT(claims), 'ticket', TICKET_LIFETIME);
  }

  async verifyTicket(token: string): Promise<RecordingTicket> {
    const claims = await this.#verify(token, 'ticket', TicketClaims);
    const { room, recording, permission, share } = claims;
    return { roomId: room, recordingId: recording, permission, shareId: share };
  }

  signShare(claim: ShareClaim, { createdAt, expiresAt }: StoredShare): Promise<string> {
    const { roomId, recordingId, shareId } = claim;
    const jwt = new SignJWT({ room: roomId, recording: recordingId, share: shareId });
    return this.#sign(jwt, 'share', new Date(expiresAt), new Date(createdAt));
  }

  async verifyShare(token: string): Promise<ShareClaim> {
    const { room, recording, share } = await this.#verify(token, 'share', ShareClaims);
    return { roomId: room, recordingId: recording, shareId: share };
  }

  #sign(
    jwt: SignJWT,
    use: keyof typeof AUDIENCE,
    lifetime: string | Date,
    issuedAt = new Date(),
  ): Promise<string> {
    return jwt
      .setProtectedHeader({ alg: ALGORITHM, kid: this.#keyId })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE[use])
      .setIssuedAt(issuedAt)
      .setExpirationTime(lifetime)
      .sign(this.#key);
  }

  /** @throws ProtocolError TOKEN_EXPIRED or UNAUTHORIZED, which says no more than that */
  async #verify<Claims extends v.GenericSchema>(
    token: string,
    use: keyof typeof AUDIENCE,
    claims: Claims,
  ): Promise<v.InferOutput<Claims>> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE[use],
        requiredClaims: ['exp'],
        clockTolerance: LEEWAY_S,
      });
      if (protectedHeader.kid !== this.#keyId) throw new Error('unknown key');
      return v.parse(claims, payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new ProtocolError('TOKEN_EXPIRED', 'the token has expired');
      }
      throw new ProtocolError('UNAUTHORIZED', 'the token is not valid here');
    }
  }
}
