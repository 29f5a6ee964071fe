import {
  ProtocolError,
  type ClientRequests,
  type ClientToServerEvents,
  ResumeSchema,
  type ErrorCode,
  type Handlers,
  type Resume,
  type ServerToClientEvents,
} from '#protocol';
import type { EventEmitter } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import * as parser from 'socket.io-parser';
import * as v from 'valibot';
import type { AddressRates } from '../domain/addressRates.ts';
import type {
  BanBook,
  ClientChannel,
  Clock,
  Identity,
  Log,
  SignedAccess,
} from '../session/ports.ts';
import { renewAccess } from './accessRenewal.ts';
import { Admission } from './admission.ts';
import { bindHandlers, type Caller } from './bindHandlers.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { socketChannel, type CoraSocket } from './socketChannel.ts';

/** Bytes. A larger frame closes the connection (1009, RFC 6455 section 7.4.1). */
const MAX_FRAME_BYTES = 32 * 1_024;
const CONNECT_TIMEOUT_MS = 5_000;
const STOPPING_RETRY_MS = 1_000;
const PING_INTERVAL_MS = 8_000;
const PING_TIMEOUT_MS = 5_000;
/** The longest names that a room and a person may have make one of some 2,600 characters. */
const MAX_TOKEN_LENGTH = 4_096;

/** Cora's messages are JSON: a frame that announces binary attachments ends the connection. */
class TextOnlyDecoder extends parser.Decoder {
  constructor() {
    super({ maxAttachments: 0 });
  }
}

/** What becomes of a connection: the use cases' side of a socket. */
export interface SocketSession extends Caller {
  /** Comes back over another socket, and has to `join` yet. */
  readonly isReturning: boolean;
  /** Until when it may ask anything: milliseconds since 1970, later after each `renew`. */
  readonly expiresAt: number;
  /** Whether it is in a room, or waits to be let in. */
  readonly isIn: boolean;
  /** Hands out the next access token. */
  renew(access: SignedAccess): void;
  /** Ends it for a reason that the person is told. */
  remove(code: ErrorCode): void;
  /**
   * A socket broke off, and another may follow.
   * @param heardMs when it last brought anything: monotonic
   */
  lose(channel: ClientChannel, heardMs: number): void;
  /** A socket was closed on purpose, by either side. */
  end(channel: ClientChannel): void;
}

/** socket.io's reasons for an end that nobody wanted: the network's, or a browser's that fell silent. */
const LOST = ['transport close', 'transport error', 'ping timeout'];

export interface SocketServerOptions<Session extends SocketSession> {
  readonly httpServer: HttpServer;
  /** Sent with what the websocket library answers by itself. */
  readonly headers: Readonly<Record<string, string>>;
  readonly handlers: Handlers<ClientRequests, Session>;
  readonly openSession: (identity: Identity, channel: ClientChannel) => Session;
  /** Null where there is none to go on with. */
  readonly resumeSession: (
    identity: Identity,
    resume: Resume,
    channel: ClientChannel,
  ) => Session | null;
  readonly verifyAccess: (token: string) => Promise<Identity>;
  readonly signAccess: (identity: Identity) => Promise<SignedAccess>;
  /** Whether a page of this origin may connect; asked with the Origin header, if there is one. */
  readonly isAllowedOrigin: (origin: string | undefined) => boolean;
  /** Whether what a proxy at this address says of whom it was asked by is believed. */
  readonly isTrustedProxy: (address: string) => boolean;
  /** Whether sockets are taken in: the server may be about to end. */
  readonly isReady: () => boolean;
  /** What an address may do. */
  readonly rates: AddressRates;
  readonly bans: BanBook;
  readonly clock: Clock;
  readonly log: Log;
}

/** Takes sockets in: origin, token, session, handlers. Returns what closes them all. */
export function serveSockets<Session extends SocketSession>(
  options: SocketServerOptions<Session>,
): { close(): Promise<void> } {
  const { httpServer, openSession, resumeSession, clock, log } = options;
  const { verifyAccess, isAllowedOrigin } = options;
  const doorkeeper = new Doorkeeper(options);
  const handshakes = new Admission(clock);
  const handlers = joiningInTurn(options.handlers, clock);
  const server = new Server<
    ClientToServerEvents,
    ServerToClientEvents,
    Record<string, never>,
    { identity: Identity }
  >(httpServer, {
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    httpCompression: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    parser: { ...parser, Decoder: TextOnlyDecoder },
    allowRequest: (request, decide) => decide(null, isAllowedOrigin(request.headers.origin)),
  });

  for (const event of ['headers', 'initial_headers'] as const) {
    server.engine.on(event, (headers: Record<string, string>) => {
      Object.assign(headers, options.headers);
    });
  }

  server.engine.on('connection', (connection: CoraSocket['conn']) => doorkeeper.watch(connection));

  const identify = async (socket: Socket): Promise<Identity> => {
    if (!options.isReady()) {
      // A stop may take minutes, and another server answer then: no attempt of the client's is spent.
      const retryAfterMs = STOPPING_RETRY_MS;
      throw new ProtocolError('SERVER_STOPPING', 'the server is stopping', { retryAfterMs });
    }
    doorkeeper.knock(socket);
    const token: unknown = socket.handshake.auth['token'];
    if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) {
      throw new ProtocolError('UNAUTHORIZED', 'no token');
    }
    const identity = await handshakes.inTurn(() => verifyAccess(token));
    doorkeeper.enter(identity);
    return identity;
  };
  server.use((socket, next) => {
    identify(socket as Socket).then(
      (identity) => {
        socket.data.identity = identity;
        next();
      },
      (error: unknown) => next(toConnectError(error)),
    );
  });

  server.on('connection', (socket) => {
    const { identity } = socket.data;
    const channel = socketChannel(socket as CoraSocket);
    const resume = v.safeParse(ResumeSchema, socket.handshake.auth['resume']);
    const session =
      (resume.success && resumeSession(identity, resume.output, channel)) ||
      openSession(identity, channel);
    const { roomId, peerId } = identity;
    const hasOffended = offences(socket.conn);
    let heardMs = clock.monotonicMs();
    socket.conn.on('packet', () => (heardMs = clock.monotonicMs()));
    log.info({ roomId, peerId }, 'socket connected');
    const limits = doorkeeper.guard(socket as Socket, identity, session);
    bindHandlers(socket as CoraSocket, { session, handlers, log, ...limits });

    const stopRenewing = renewAccess(session, { ...options, identity });
    socket.on('disconnect', (reason) => {
      stopRenewing();
      if (LOST.includes(reason) && !hasOffended()) session.lose(channel, heardMs);
      else session.end(channel);
      log.info({ roomId, peerId, reason }, 'socket disconnected');
    });
  });

  return {
    close: () => server.close(),
  };
}

/**
 * A crowd comes in a few at a time. Whoever comes back to a place that was kept does not wait for that:
 * it costs little, and the place is not kept for long.
 */
function joiningInTurn<Session extends SocketSession>(
  handlers: Handlers<ClientRequests, Session>,
  clock: Clock,
): Handlers<ClientRequests, Session> {
  const joins = new Admission(clock);
  return {
    ...handlers,
    join: (session, input) => {
      if (session.isReturning) return handlers.join(session, input);
      return joins.inTurn(async () => handlers.join(session, input));
    },
  };
}

/** Watches for what breaks the protocol, such as a frame that is too large (RFC 6455 section 7.4.1): the websocket library ends it. */
function offences(connection: CoraSocket['conn']): () => boolean {
  let isOffence = false;
  const { socket } = connection.transport as unknown as { socket: EventEmitter };
  // Before engine.io, which tells of all errors in the same words.
  socket.prependListener('error', ({ code }: NodeJS.ErrnoException) => {
    isOffence = code?.startsWith('WS_ERR_') ?? false;
  });
  return () => isOffence;
}

/** socket.io hands `data` to the client's `connect_error`. */
function toConnectError(error: unknown): Error {
  const refusal =
    error instanceof ProtocolError ? error : new ProtocolError('INTERNAL', 'the server failed');
  return Object.assign(new Error(refusal.code), { data: refusal.toBody() });
}
