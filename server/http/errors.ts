import { ProtocolError, describeFailure, type ErrorCode } from '#protocol';
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { Log } from '../session/ports.ts';

/** HTTP status of each error code (RFC 9110 section 15). */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  INVALID_MESSAGE: 400,
  UNAUTHORIZED: 401,
  TOKEN_EXPIRED: 401,
  INVITATION_REVOKED: 401,
  FORBIDDEN: 403,
  CONSENT_REQUIRED: 403,
  TURNED_AWAY: 403,
  KICKED: 403,
  BANNED: 403,
  NOT_FOUND: 404,
  WRONG_STATE: 409,
  LIMIT_REACHED: 409,
  ROOM_FULL: 409,
  ROOM_LOCKED: 409,
  WAITING: 409,
  INVITATION_USED: 409,
  RECORDING_STATE: 409,
  REPLACED: 409,
  UNSUPPORTED_MEDIA: 415,
  RATE_LIMITED: 429,
  ROOM_ELSEWHERE: 421,
  INTERNAL: 500,
  STORAGE_FAILED: 507,
  SERVER_STOPPING: 503,
};

/** Answers every failure as `{ error: ErrorBody }`. */
export function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error, request, reply) => {
    const refusal = toProtocolError(error);
    if (refusal.code === 'INTERNAL') {
      log.error({ err: error, route: request.routeOptions.url }, 'request failed');
    }
    return reply.status(statusOf(error, refusal)).send({ error: refusal.toBody() });
  });
}

/** Fastify's own refusals keep the status that tells a browser more: a player acts on a 416. */
function statusOf(error: unknown, refusal: ProtocolError): number {
  const { statusCode } = error as { statusCode?: number };
  const isTelling = statusCode === 413 || statusCode === 415 || statusCode === 416;
  return isTelling ? statusCode : STATUS[refusal.code];
}

/** Checks what came in. @throws ProtocolError INVALID_MESSAGE */
export function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, input, { abortEarly: true });
  if (parsed.success) return parsed.output;
  throw new ProtocolError('INVALID_MESSAGE', describeFailure(schema, parsed.issues));
}

function toProtocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  // Fastify's own refusals: body too large, not JSON, unknown media type.
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode < 500
    ? new ProtocolError('INVALID_MESSAGE', 'the request could not be read')
    : new ProtocolError('INTERNAL', 'the server failed');
}
