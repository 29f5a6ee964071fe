import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Listening, TransportOptions } from '#protocol';
import type { Ask } from '#web/client/transports.ts';

/** `up` is to the worker, `down` to the peer. */
export type Way = 'up' | 'down';

/**
 * The last stretch of network before the worker, on which a test can do what somebody on the way
 * could: look, change, hold back and add. To the worker what comes over it comes from the peer.
 */
export class Wire {
  /** What goes on of each packet: the packet, until a test says otherwise. */
  pass: (packet: Buffer, way: Way) => readonly Buffer[] = (packet) => [packet];
  readonly #near: Socket;
  /** The worker's side, one socket for each of the peer's ports. */
  readonly #far = new Map<number, Socket>();
  /** The worker's own port, once it is known. */
  serverPort = 0;

  /** @param at where the peer's end of it is; any free port of loopback when left out */
  static async open(at = { port: 0, address: '127.0.0.1' }): Promise<Wire> {
    const near = createSocket('udp4').bind(at);
    await once(near, 'listening');
    return new Wire(near);
  }

  private constructor(near: Socket) {
    this.#near = near;
    near.on('message', (packet, peer) => {
      const far = this.#far.get(peer.port) ?? this.#join(peer);
      for (const it of this.pass(packet, 'up')) far.send(it, this.serverPort, '127.0.0.1');
    });
  }

  /** Leads the transports that a peer asks for over this wire. */
  readonly lead = (ask: Ask['request']): Ask['request'] =>
    (async (name: never, input: never) => {
      const answer: unknown = await ask(name, input);
      if (name === 'createTransport') return this.leadTransport(answer as TransportOptions);
      if (name === 'listen') return this.#leadWayIn(answer as Listening);
      const { listening } = answer as { listening?: Listening };
      return listening ? { ...(answer as object), listening: this.#leadWayIn(listening) } : answer;
    }) as Ask['request'];

  /** Leads one transport over this wire. */
  leadTransport(options: TransportOptions): TransportOptions {
    const udp = options.iceCandidates.find(({ protocol }) => protocol === 'udp')!;
    this.serverPort = udp.port;
    const { port } = this.#near.address();
    return { ...options, iceCandidates: [{ ...udp, port }] };
  }

  #leadWayIn(listening: Listening): Listening {
    return { ...listening, transport: this.leadTransport(listening.transport) };
  }

  /** Sends to the worker from where the peer's own packets come. */
  inject(packet: Buffer): void {
    for (const far of this.#far.values()) far.send(packet, this.serverPort, '127.0.0.1');
  }

  close(): void {
    for (const socket of [this.#near, ...this.#far.values()]) socket.close();
  }

  #join(peer: { readonly port: number; readonly address: string }): Socket {
    const far = createSocket('udp4');
    far.on('message', (packet) => {
      for (const it of this.pass(packet, 'down')) this.#near.send(it, peer.port, peer.address);
    });
    this.#far.set(peer.port, far);
    return far;
  }
}
