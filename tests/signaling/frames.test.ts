import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identity } from '#tests/support/builders.ts';
import { Switchboard, received, type Client } from '#tests/support/switchboard.ts';

describe('frames that end a connection', () => {
  let board: Switchboard;
  let ana: Client;
  let beto: Client;
  beforeEach(async () => {
    board = await Switchboard.open();
    ana = await board.connect(identity());
    beto = await board.connect(identity());
    await ana.ask('join', {});
    await beto.ask('join', {});
  });
  afterEach(() => board.close());

  it.each([
    [
      'larger than 32 KiB',
      (client: Client) => client.socket.emit('join', { a: 'x'.repeat(33_000) }),
    ],
    ['with a binary attachment', (client: Client) => client.socket.emit('join', Buffer.alloc(8))],
    ['that are no packet', (client: Client) => client.socket.io.engine.send('9nonsense')],
    ['that are broken JSON', (client: Client) => client.socket.io.engine.send('2["join",{')],
    ['that are binary alone', (client: Client) => client.socket.io.engine.send(Buffer.alloc(8))],
    ['with a reserved name', (client: Client) => client.socket.io.engine.send('2["connect",{}]')],
  ])('[SG18] are those %s, and the others only see who left', async (_what, send) => {
    const [closed, left] = [
      received(beto.socket, 'disconnect'),
      received(ana.socket, 'rosterChanged'),
    ];
    send(beto);
    await closed;
    expect(await left).toMatchObject({ revision: 3 });
    expect(await ana.codeOf('leave', {})).toBe('ok');
    expect(ana.heard).toEqual([
      'answer to join',
      'rosterChanged',
      'rosterChanged',
      'answer to leave',
    ]);
  });

  it('[SG19] are not those just within the limit', async () => {
    expect(await beto.codeOf('setMuted', { muted: 'x'.repeat(32_000) })).toBe('INVALID_MESSAGE');
    expect(beto.socket.connected).toBe(true);
  });
});
