import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { ProtocolError, type Reply } from '#protocol';
import type { Identity } from '#server/session/ports.ts';
import { addressRates } from '#server/domain/addressRates.ts';
import { SECURITY_HEADERS } from '#server/http/headers.ts';
import { PeerSession } from '#server/session/peerSession.ts';
import { serveSockets } from '#server/signaling/socketServer.ts';
import { House } from './house.ts';

const ORIGIN = 'https://cora.example.org';
const ACCESS_MS = 900_000;
const isOurs = (origin: string | undefined): boolean => origin === ORIGIN;

/** The use cases on fakes behind a real socket server on loopback; a token is a name given out by `pass`. */
export class Switchboard {
  readonly house: House;
  readonly url: string;
  /** Given to those who come in next, one each, whoever they are. */
  readonly refusals: ProtocolError[] = [];
  readonly #identities = new Map<string, Identity>();
  #passes = 0;
  readonly #sockets: Socket[] = [];
  readonly #http: Server;
  readonly #connections = new Set<NetSocket>();
  readonly #closeServer: () => Promise<void>;

  /** As the server is told, when it is about to end. */
  isReady = true;
  /** Whether further tokens can be made. */
  signs = true;

  static async open({ isAllowedOrigin = isOurs, trustsProxy = false } = {}): Promise<Switchboard> {
    const http = createServer();
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return new Switchboard(http, isAllowedOrigin, trustsProxy);
  }

  private constructor(
    http: Server,
    isAllowedOrigin: (origin: string | undefined) => boolean,
    trustsProxy: boolean,
  ) {
    this.house = new House({ maxPeersPerRoom: 50 });
    this.#http = http;
    http.on('connection', (connection) => {
      this.#connections.add(connection);
      connection.on('close', () => this.#connections.delete(connection));
    });
    this.url = `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`;
    const sockets = serveSockets({
      httpServer: http,
      headers: SECURITY_HEADERS,
      handlers: this.house.handlers,
      resumeSession: (...handshake) => this.house.registry.resume(...handshake),
      openSession: (identity, channel) =>
        new PeerSession({ identity, channel, clock: this.house.clock }),
      verifyAccess: (token) => this.#verify(token),
      signAccess: async (who) => {
        if (!this.signs) throw new Error('no key');
        const expiresAt = this.house.clock.wallMs() + ACCESS_MS;
        return { accessToken: this.pass({ ...who, expiresAt }), expiresAt };
      },
      isAllowedOrigin,
      isTrustedProxy: (address) => address === '127.0.0.1' && trustsProxy,
      rates: addressRates(),
      isReady: () => this.isReady,
      bans: this.house.bans,
      clock: this.house.clock,
      log: this.house.log,
    });
    this.#closeServer = () => sockets.close();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.disconnect();
    await this.#closeServer();
    this.#http.close();
  }

  /** Cuts every connection, as a lost network does. */
  dropAll(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  /** A token for `who`. */
  pass(who: Identity): string {
    this.#passes += 1;
    const token = `pass-${String(this.#passes)}`;
    this.#identities.set(token, who);
    this.house.makeRoom(who.roomId);
    return token;
  }

  /** From here on a token is nobody's. */
  forget(token: string): void {
    this.#identities.delete(token);
  }

  /** A socket that does not connect yet. */
  socket(token: unknown, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
    const socket = io(this.url, {
      auth: { token },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      autoConnect: false,
      extraHeaders: { origin: ORIGIN },
      ...options,
    });
    this.#sockets.push(socket);
    return socket;
  }

  /** A client whose socket stands. */
  async connect(who: Identity): Promise<Client> {
    const socket = this.socket(this.pass(who));
    const client = new Client(socket);
    socket.connect();
    await received(socket, 'connect');
    return client;
  }

  async #verify(token: string): Promise<Identity> {
    if (token.length > 4_096) throw new Error('nobody should be asked about such a token');
    const refused = this.refusals.shift();
    if (refused) throw refused;
    const who = this.#identities.get(token);
    if (who) return who;
    if (token === 'stale') throw new ProtocolError('TOKEN_EXPIRED', 'the token has expired');
    if (token === 'broken') throw new Error('secret canary4711');
    throw new ProtocolError('UNAUTHORIZED', 'the token is not valid here');
  }
}

/** A socket's other end, writing down what it hears in its order. */
export class Client {
  readonly socket: Socket;
  /** Names of notifications and of answered requests, in the order in which they came. */
  readonly heard: string[] = [];
  readonly notifications: { name: string; body: unknown }[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.onAny((name: string, body: unknown) => {
      this.heard.push(name);
      this.notifications.push({ name, body });
    });
  }

  /** Sends anything under any name, and gives back the raw answer. */
  ask(name: string, ...args: unknown[]): Promise<Reply<Record<string, unknown>>> {
    return new Promise((resolve) => {
      // Not emitWithAck: its promise would let later events overtake the answer in `heard`.
      this.socket.emit(name, ...args, (reply: Reply<Record<string, unknown>>) => {
        this.heard.push(`answer to ${name}`);
        resolve(reply);
      });
    });
  }

  /** The code of a refusal, or 'ok'. */
  async codeOf(name: string, ...args: unknown[]): Promise<string> {
    const reply = await this.ask(name, ...args);
    return reply.ok ? 'ok' : reply.error.code;
  }
}

/** Resolves with the first argument of the socket's next event called `name`. */
export function received(socket: Socket, name: string): Promise<unknown> {
  return new Promise((resolve) => socket.once(name, resolve));
}
