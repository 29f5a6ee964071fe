import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy as some offices have it: it lets pages through and no WebSocket. */
export class StrictProxy {
  readonly url: string;
  readonly #server: Server;

  /** @param target the address of the server behind it */
  static async open(target: string): Promise<StrictProxy> {
    const server = createServer((incoming, answer) => {
      const { method, headers, url } = incoming;
      const onward = request(
        new URL(url ?? '/', target),
        { method, headers } as object,
        (reply) => {
          answer.writeHead(reply.statusCode ?? 502, reply.headers);
          reply.pipe(answer);
        },
      );
      onward.on('error', () => answer.destroy());
      incoming.pipe(onward);
    });
    server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StrictProxy(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
