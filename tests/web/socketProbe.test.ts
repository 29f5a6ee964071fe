import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { probeSocket } from '#web/client/socketProbe.ts';

/** The page's server, which does with each connection as it is told. */
async function serve(greet: (socket: Socket) => void): Promise<void> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    greet(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  vi.stubGlobal('location', new URL(`http://127.0.0.1:${port}`));
}

describe('the probe of a WebSocket', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('[CT42] knows a proxy that refuses one', async () => {
    await serve((socket) => socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n'));
    expect(await probeSocket()).toBe(false);
  });

  it('[CT43] tells nothing of a server that is silent', async () => {
    await serve((socket) => socket.resume());
    expect(await probeSocket()).toBe(null);
  });
});
