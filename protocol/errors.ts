import * as v from 'valibot';

/** Every reason for which the server refuses something. A client words each of them for a person. */
export const ERROR_CODES = [
  /** The message is not what its schema says, or is nested too deep. */
  'INVALID_MESSAGE',
  /** No token, or one that is malformed, tampered with or for something else. */
  'UNAUTHORIZED',
  /** The token or invitation was good once. */
  'TOKEN_EXPIRED',
  /** The role does not allow it. */
  'FORBIDDEN',
  /** Right message, wrong moment: for example `produce` before `join`. */
  'WRONG_STATE',
  /** No such thing among the caller's own. Somebody else's id is answered like a random one. */
  'NOT_FOUND',
  /** A transport, producer or channel beyond what one peer may have. */
  'LIMIT_REACHED',
  'RATE_LIMITED',
  /** No place left in the room, or none for that role. */
  'ROOM_FULL',
  /** The room is locked: those who were in it come back, nobody else comes in. */
  'ROOM_LOCKED',
  /** One waits in the lobby; `admitted` follows, or `removed`. */
  'WAITING',
  /** A moderator did not let one in from the lobby. */
  'TURNED_AWAY',
  /** A moderator took one out of the room. */
  'KICKED',
  /** A moderator took one out, not to come back. */
  'BANNED',
  /** The invitation was good once: it was revoked. */
  'INVITATION_REVOKED',
  /** As many people as the invitation is for have come in with it. */
  'INVITATION_USED',
  /** The codec or parameters are not ones this server routes. */
  'UNSUPPORTED_MEDIA',
  /** A recording is running already, or none is. */
  'RECORDING_STATE',
  /** The room is being recorded and takes only those who agree to it. */
  'CONSENT_REQUIRED',
  /** The recording could not be written: the disk is full or the directory refused. */
  'STORAGE_FAILED',
  /** The same person came in from elsewhere. */
  'REPLACED',
  'SERVER_STOPPING',
  /** Another server has the room, or is to have it: `server` says which. */
  'ROOM_ELSEWHERE',
  'INTERNAL',
] as const;

/** Where a server is reached: scheme, host and port (RFC 6454 section 6.2). */
export const OriginSchema = v.pipe(
  v.string(),
  v.maxLength(300),
  v.regex(/^https?:\/\/[a-z0-9.:[\]-]+$/i),
);

export type ErrorCode = (typeof ERROR_CODES)[number];

export const ErrorCodeSchema = v.picklist(ERROR_CODES);

export const ErrorBodySchema = v.strictObject({
  code: ErrorCodeSchema,
  /** For logs and developers, in English; never shown to a person and never echoing input. */
  message: v.pipe(v.string(), v.maxLength(200)),
  retryAfterMs: v.exactOptional(
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(600_000)),
  ),
  /** The origin to ask instead, with ROOM_ELSEWHERE. */
  server: v.exactOptional(OriginSchema),
});
export type ErrorBody = v.InferOutput<typeof ErrorBodySchema>;

/** A refusal that may be told to the client as it is. Anything else thrown becomes INTERNAL. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  /** With ROOM_ELSEWHERE. */
  readonly server: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { retryAfterMs?: number; server?: string },
  ) {
    super(message);
    this.code = code;
    this.retryAfterMs = options?.retryAfterMs;
    this.server = options?.server;
  }

  /** As a server told it. */
  static from({ code, message, retryAfterMs, server }: ErrorBody): ProtocolError {
    return new ProtocolError(code, message, {
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(server === undefined ? {} : { server }),
    });
  }

  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message.slice(0, 200),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.server === undefined ? {} : { server: this.server }),
    };
  }
}
