import type { Entered, Reply, Role, RoomCreated } from '#protocol';
import { io, type Socket } from 'socket.io-client';

/**
 * A peer's token, as the lobby gets it.
 * @param address whom it counts for, where the server trusts the proxy that this one plays
 */
export async function accessToken(
  url: string,
  room: RoomCreated,
  role: Role,
  displayName: string,
  address?: string,
): Promise<string> {
  const response = await fetch(`${url}/api/rooms/${room.roomId}/peers`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${room.invitations[role]}`,
      'content-type': 'application/json',
      ...(address === undefined ? {} : { 'x-forwarded-for': address }),
    },
    body: JSON.stringify({ displayName }),
  });
  return ((await response.json()) as Entered).accessToken;
}

/** A socket that says whatever it is told to, well formed or not. */
export class RawSocket {
  readonly socket: Socket;
  readonly notifications: { name: string; body: unknown }[] = [];

  /** Resolves once connected; rejects with the server's refusal. */
  static async open(
    url: string,
    token: unknown,
    options: { origin?: string } = {},
  ): Promise<RawSocket> {
    const socket = io(url, {
      auth: { token },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: { origin: options.origin ?? url },
    });
    const raw = new RawSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return raw;
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.onAny((name: string, body: unknown) => this.notifications.push({ name, body }));
  }

  /** The reply to a request. */
  ask(name: string, ...args: unknown[]): Promise<Reply<unknown>> {
    return this.socket.timeout(5_000).emitWithAck(name, ...args) as Promise<Reply<unknown>>;
  }

  /** The code with which a request is refused; `null` when it is not. */
  async refusal(name: string, ...args: unknown[]): Promise<string | null> {
    const reply = await this.ask(name, ...args);
    return reply.ok ? null : reply.error.code;
  }

  closed(): Promise<string> {
    return new Promise((resolve) => {
      if (this.socket.disconnected) resolve('closed already');
      else this.socket.once('disconnect', resolve);
    });
  }

  close(): void {
    this.socket.disconnect();
  }
}
