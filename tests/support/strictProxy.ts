import { once } from 'node:events';
import { createServer, request, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A proxy as some offices have it: it lets pages through and no WebSocket. */
export class StrictProxy {
  readonly url: string;
  readonly #server: Server;

  /**
   * @param target the address of the server behind it
   * @param certificate for TLS, and the name localhost
   */
  static async open(
    target: string,
    certificate?: { cert: Buffer; key: Buffer },
  ): Promise<StrictProxy> {
    const passOn: RequestListener = (incoming, answer) => {
      const { method, headers, url } = incoming;
      const onward = request(
        new URL(url ?? '/', target),
        { method, headers } as object,
        (reply) => {
          answer.writeHead(reply.statusCode ?? 502, reply.headers);
          reply.pipe(answer);
        },
      );
      onward.on('error', () => answer.writeHead(502).end());
      incoming.pipe(onward);
    };
    const server = certificate ? createTlsServer(certificate, passOn) : createServer(passOn);
    server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const origin = certificate ? 'https://localhost' : 'http://127.0.0.1';
    return new StrictProxy(server, `${origin}:${port}`);
  }

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
