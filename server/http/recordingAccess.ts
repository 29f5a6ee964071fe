import {
  ProtocolError,
  RecordingIdSchema,
  ShareIdSchema,
  can,
  type RecordingId,
  type Right,
  type Role,
  type RoomId,
  type ShareId,
} from '#protocol';
import type { FastifyRequest } from 'fastify';
import * as v from 'valibot';
import type { FoundRecording, RecordingLibrary, Tokens } from '../session/ports.ts';
import { bearerToken, type RoomParams } from './rooms.ts';

export interface RecordingParams {
  Params: { roomId: string; recordingId: string };
}

/** Who asks, as far as the token says: an invitation names nobody. */
export interface Caller {
  readonly roomId: RoomId;
  readonly displayName: string;
}

/**
 * A moderator's access token or invitation: a person deals with recordings without entering the room.
 * @throws ProtocolError UNAUTHORIZED, TOKEN_EXPIRED or FORBIDDEN
 */
export async function callerWith(
  right: Right,
  request: FastifyRequest<RoomParams>,
  tokens: Tokens,
): Promise<Caller> {
  const { role, ...caller } = await holderOf(request, tokens);
  if (!can(role, right)) throw new ProtocolError('FORBIDDEN', 'this role may not do that');
  return caller;
}

/**
 * Whoever has an access token or an invitation of the room, in any role.
 * @throws ProtocolError UNAUTHORIZED or TOKEN_EXPIRED
 */
export async function holderOf(
  request: FastifyRequest<RoomParams>,
  tokens: Tokens,
): Promise<Caller & { readonly role: Role }> {
  const token = bearerToken(request);
  const holder: { roomId: RoomId; role: Role; displayName?: string } = await tokens
    .verifyAccess(token)
    .catch((error: unknown) => {
      if (error instanceof ProtocolError && error.code === 'TOKEN_EXPIRED') throw error;
      return tokens.verifyInvitation(token);
    });
  const { roomId, role, displayName = '' } = holder;
  if (roomId !== request.params.roomId) {
    throw new ProtocolError('UNAUTHORIZED', 'the token is for another room');
  }
  return { roomId, role, displayName };
}

/** @throws ProtocolError NOT_FOUND, the same for a recording of another room as for none */
export async function findRecording(
  library: RecordingLibrary,
  roomId: RoomId,
  recordingId: string,
): Promise<FoundRecording> {
  const found = await library.get(roomId, recordingIdOf(recordingId));
  if (!found) throw notFound();
  return found;
}

export function recordingIdOf(value: string): RecordingId {
  const parsed = v.safeParse(RecordingIdSchema, value);
  if (!parsed.success) throw notFound();
  return parsed.output;
}

export function shareIdOf(value: string): ShareId {
  const parsed = v.safeParse(ShareIdSchema, value);
  if (!parsed.success) throw notFound();
  return parsed.output;
}

export const notFound = () => new ProtocolError('NOT_FOUND', 'no such recording');
