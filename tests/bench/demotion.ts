import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { addressRates } from '#server/domain/addressRates.ts';
import { createHandlers } from '#server/session/handlers.ts';
import { PeerSession } from '#server/session/peerSession.ts';
import { serveSockets } from '#server/signaling/socketServer.ts';
import { identity } from '#tests/support/builders.ts';
import { realClock as clock } from '#tests/support/clock.ts';
import { FakeRecorder } from '#tests/support/fakeRecorder.ts';
import { FakeBans } from '#tests/support/fakeRooms.ts';
import { MediaHouse } from '#tests/support/mediaRoom.ts';
import { Obstinate } from '#tests/support/obstinate.ts';
import { RawSocket } from '#tests/support/rawSocket.ts';
import { quantile, spread } from './figures.ts';

const TRIALS = 50;
const PACKETS_BEFORE = 50;
/** Well beyond what is asked: whatever is passed on later is seen too. */
const AFTER_MS = 600;

/** From a moderator's request, over a socket, to the last packet that the SFU passes on of somebody who goes on sending. */
export async function measureDemotion(): Promise<string> {
  const house = await MediaHouse.open(new FakeRecorder());
  const dora = new Obstinate(house);
  const door = await openDoor(house);
  const lastMs: number[] = [];
  try {
    const mia = await RawSocket.open(door.url, 'mia');
    await mia.ask('join', {});
    await dora.peer.request('join', {});
    const peerId = dora.peerId;
    for (let trial = 0; trial < TRIALS; trial += 1) {
      await dora.send();
      while (dora.passedOn < PACKETS_BEFORE) await delay(10);
      const clickedMs = performance.now();
      await mia.ask('setRole', { peerId, role: 'audience' });
      await delay(AFTER_MS);
      lastMs.push(dora.lastMs - clickedMs);
      dora.rest();
      await mia.ask('giveFloor', { peerId });
      await dora.peer.request('answerFloor', { accept: true });
    }
    return `${spread(lastMs, 'ms')}, the latest ${quantile(lastMs, 1).toFixed(1)} ms; while 250 packets a second came`;
  } finally {
    dora.rest();
    await door.close();
    await house.close();
  }
}

async function openDoor(house: MediaHouse): Promise<{ url: string; close(): Promise<void> }> {
  const http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const moderator = { role: 'moderator', roomId: house.roomId } as const;
  const sockets = serveSockets({
    httpServer: http,
    headers: {},
    handlers: createHandlers(house.registry, { for: () => [] }),
    openSession: (who, channel) => new PeerSession({ identity: who, channel, clock }),
    resumeSession: () => null,
    verifyAccess: async () => identity({ ...moderator, expiresAt: clock.wallMs() + 3_600_000 }),
    signAccess: async () => ({ accessToken: 'mia', expiresAt: clock.wallMs() + 3_600_000 }),
    isAllowedOrigin: () => true,
    isTrustedProxy: () => false,
    isReady: () => true,
    rates: addressRates(),
    bans: new FakeBans(),
    clock,
    log: { info() {}, warn() {}, error() {} },
  });
  const url = `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`;
  return { url, close: () => sockets.close() };
}
