import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RoomCreated, RtpCapabilities } from '#protocol';
import { opusCapabilities } from '#tests/support/builders.ts';
import { RawSocket, accessToken } from '#tests/support/rawSocket.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';

const rtpCapabilities: RtpCapabilities = opusCapabilities();
const MONO = { codecs: [{ ...rtpCapabilities.codecs[0], channels: 1 }], headerExtensions: [] };
const dtls = (algorithm: string, bytes: number) => ({
  role: 'server',
  fingerprints: [{ algorithm, value: Array(bytes).fill('AB').join(':') }],
});

let server: ServerProcess;
let room: RoomCreated;
beforeAll(async () => {
  server = await ServerProcess.start();
  room = await createRoom(server.url, 'Sala');
});
afterAll(() => server.cleanUp());

it('[BI11] is in all the same whose join brings what no way in can be opened with', async () => {
  const asked: [object, { hasWayIn: boolean }][] = [
    [{ rtpCapabilities: MONO }, { hasWayIn: false }],
    // Whatever they are, it is their own handshake that fails.
    [{ rtpCapabilities, dtlsParameters: dtls('sha-512', 20) }, { hasWayIn: true }],
    [{ rtpCapabilities, dtlsParameters: dtls('sha-1', 64) }, { hasWayIn: true }],
  ];
  for (const [listen, { hasWayIn }] of asked) {
    const token = await accessToken(server.url, room, 'audience', 'Hostil');
    const hostile = await RawSocket.open(server.url, token);
    const { data } = (await hostile.ask('join', listen)) as { data: object };
    expect(data).toHaveProperty('you');
    expect('listening' in data).toBe(hasWayIn);
    const again = await hostile.refusal('listen', { rtpCapabilities });
    expect(again).toBe(hasWayIn ? 'LIMIT_REACHED' : null);
    hostile.close();
  }
});
