import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identity } from '#tests/support/builders.ts';
import { Switchboard } from '#tests/support/switchboard.ts';

const origin = 'https://cora.example.org';
/** What RFC 6455 section 7.4.1 calls a message too big. */
const MESSAGE_TOO_BIG = 1_009;

describe('a connection as it is on the wire', () => {
  let board: Switchboard;
  beforeEach(async () => {
    board = await Switchboard.open();
  });
  afterEach(() => board.close());

  const address = (transport: string) => `${board.url}/socket.io/?EIO=4&transport=${transport}`;

  /** A websocket without a library on top, past its handshake. */
  async function enter(): Promise<WebSocket> {
    // Node's takes headers, which the types of a browser's do not know.
    const options = { headers: { origin } } as unknown as string;
    const socket = new WebSocket(address('websocket').replace('http', 'ws'), options);
    const messages: string[] = [];
    socket.addEventListener('message', ({ data }) => messages.push(String(data)));
    await once(socket, 'open');
    socket.send(`40${JSON.stringify({ token: board.pass(identity()) })}`);
    await expect.poll(() => messages.at(-1)).toMatch(/^40/);
    return socket;
  }

  it('[LM17] is closed with 1009 by a frame above 32 KiB, and not by one below', async () => {
    const socket = await enter();
    const answered = once(socket, 'message');
    socket.send(`421["x","${'x'.repeat(32_000)}"]`);
    expect(String((await answered)[0].data)).toMatch(/^431/);
    const closed = once(socket, 'close');
    socket.send(`422["x","${'x'.repeat(33_000)}"]`);
    expect(((await closed)[0] as CloseEvent).code).toBe(MESSAGE_TOO_BIG);
  });

  it('[LM18] is never compressed, though it is offered', async () => {
    const upgrade = request(address('websocket'), {
      headers: {
        origin,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits',
      },
    });
    upgrade.end();
    const [response, connection] = await once(upgrade, 'upgrade');
    connection.destroy();
    expect(response.statusCode).toBe(101);
    expect(response.headers).not.toHaveProperty('sec-websocket-extensions');
  });

  it('[LM19] is a websocket: polling is refused', async () => {
    const response = await fetch(address('polling'), { headers: { origin } });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ code: 0, message: 'Transport unknown' });
  });
});
