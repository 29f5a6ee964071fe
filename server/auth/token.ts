import {
  DisplayNameSchema,
  PeerIdSchema,
  ProtocolError,
  RecordingIdSchema,
  RoleSchema,
  RoomIdSchema,
  RoomNameSchema,
} from '#protocol';
import { SignJWT, errors, jwtVerify } from 'jose';
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Identity, Invitation, RecordingTicket, Tokens } from '../session/ports.ts';

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
} as const;

const InvitationClaims = v.object({
  room: RoomIdSchema,
  roomName: RoomNameSchema,
  role: RoleSchema,
});
const AccessClaims = v.object({
  ...InvitationClaims.entries,
  sub: PeerIdSchema,
  name: DisplayNameSchema,
  exp: v.number(),
});
const TicketClaims = v.object({ room: RoomIdSchema, recording: RecordingIdSchema });

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

  signInvitation({ roomId, roomName, role }: Invitation): Promise<string> {
    const claims = { room: roomId, roomName, role };
    return this.#sign(new SignJWT(claims), 'invitation', INVITATION_LIFETIME);
  }

  async verifyInvitation(token: string): Promise<Invitation> {
    const { room, roomName, role } = await this.#verify(token, 'invitation', InvitationClaims);
    return { roomId: room, roomName, role };
  }

  signAccess({ roomId, roomName, role, peerId, displayName }: Omit<Identity, 'expiresAt'>) {
    const claims = { room: roomId, roomName, role, name: displayName };
    return this.#sign(new SignJWT(claims).setSubject(peerId), 'access', ACCESS_LIFETIME);
  }

  async verifyAccess(token: string): Promise<Identity> {
    const claims = await this.#verify(token, 'access', AccessClaims);
    return {
      roomId: claims.room,
      roomName: claims.roomName,
      role: claims.role,
      peerId: claims.sub,
      displayName: claims.name,
      expiresAt: (claims.exp + LEEWAY_S) * 1_000,
    };
  }

  signTicket({ roomId, recordingId }: RecordingTicket): Promise<string> {
    const claims = { room: roomId, recording: recordingId };
    return this.#sign(new SignJWT(claims), 'ticket', TICKET_LIFETIME);
  }

  async verifyTicket(token: string): Promise<RecordingTicket> {
    const { room, recording } = await this.#verify(token, 'ticket', TicketClaims);
    return { roomId: room, recordingId: recording };
  }

  #sign(jwt: SignJWT, use: keyof typeof AUDIENCE, lifetime: string): Promise<string> {
    return jwt
      .setProtectedHeader({ alg: ALGORITHM, kid: this.#keyId })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE[use])
      .setIssuedAt()
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
