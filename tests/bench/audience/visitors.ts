import { setTimeout as delay } from 'node:timers/promises';
import type { ClientRequestName, Entered, Listening, Reply, Role, RoomCreated } from '#protocol';
import { io, type Socket } from 'socket.io-client';
import { offerOf } from '../../../scripts/loadtest/sdp.ts';
import { monotonicMs, type ListenerCrowd } from './listenerCrowd.ts';

/** What listeners take: Opus, and no header extension. */
const OPUS = {
  codecs: [
    {
      kind: 'audio' as const,
      mimeType: 'audio/opus',
      clockRate: 48_000 as const,
      channels: 2,
      preferredPayloadType: 100,
    },
  ],
  headerExtensions: [],
};
const TIMEOUT_MS = 20_000;

/** A socket of somebody who has entered, unchecked: what it costs to check answers is not the server's. */
export class Caller {
  readonly #socket: Socket;

  /**
   * @param visit.number another address each, behind a proxy that the server trusts: limits are not what is measured
   */
  static async enter(
    url: string,
    room: RoomCreated,
    visit: { role: Role; number: number },
  ): Promise<Caller> {
    const { role, number } = visit;
    const forwarded = {
      'x-forwarded-for': `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
    };
    const response = await fetch(`${url}/api/rooms/${room.roomId}/peers`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${room.invitations[role]}`,
        'content-type': 'application/json',
        ...forwarded,
      },
      body: JSON.stringify({ displayName: `P${number}` }),
    });
    if (!response.ok) throw new Error(`entering: ${response.status} ${await response.text()}`);
    const { accessToken } = (await response.json()) as Entered;
    const socket = io(url, {
      auth: { token: accessToken },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: { origin: url, ...forwarded },
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return new Caller(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('newConsumer', (_: unknown, answer: (reply: Reply<unknown>) => void) => {
      answer({ ok: true, data: {} });
    });
  }

  /** Where the server has no time for it, again when it said. @throws Error with the code of a refusal */
  async ask<Data>(name: ClientRequestName, input: object): Promise<Data> {
    for (;;) {
      const answer: unknown = await this.#socket.timeout(TIMEOUT_MS).emitWithAck(name, input);
      const reply = answer as Reply<Data>;
      if (reply.ok) return reply.data;
      const { code, retryAfterMs } = reply.error;
      if (code !== 'RATE_LIMITED' || retryAfterMs === undefined)
        throw new Error(`${name}: ${code}`);
      await delay(retryAfterMs);
    }
  }
}

/** When a listener came, in milliseconds of CLOCK_MONOTONIC, and which of the crowd it is. */
export interface Seated {
  readonly startedMs: number;
  readonly joinedMs: number;
  readonly listener: number;
}

/** Somebody who only listens comes in: one call over HTTP, one socket, one `join`. */
export async function seatListener(options: {
  url: string;
  room: RoomCreated;
  crowd: ListenerCrowd;
  number: number;
}): Promise<Seated> {
  const { url, room, crowd, number } = options;
  const startedMs = monotonicMs();
  const caller = await Caller.enter(url, room, { role: 'audience', number });
  const listen = { rtpCapabilities: OPUS, dtlsParameters: crowd.dtlsParameters };
  const { listening } = await caller.ask<{ listening: Listening }>('join', listen);
  const joinedMs = monotonicMs();
  return { startedMs, joinedMs, listener: await crowd.subscribe(offerOf(listening)) };
}
