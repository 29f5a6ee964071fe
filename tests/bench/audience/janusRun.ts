import { setTimeout as delay } from 'node:timers/promises';
import { Audio, type PeerConnection } from 'node-datachannel';
import { openPeerConnection } from '../../../scripts/loadtest/peerConnection.ts';
import { FRAME_MS, FRAME_SAMPLES } from '../../../scripts/loadtest/voice.ts';
import { cpuSeconds } from '../figures.ts';
import { watchConditions, type Conditions } from './conditions.ts';
import type { JanusClient } from './janusClient.ts';
import { JanusServer } from './janusServer.ts';
import { ListenerCrowd } from './listenerCrowd.ts';
import { stampedFrame } from './stampedFrame.ts';

// One run of Janus, in a network namespace that has an address beside the loopback's: it offers no other.
// Says what it measured as one line of JSON.

export interface JanusMeasured {
  readonly listeners: number;
  readonly packets: number;
  readonly lost: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly conditions: Conditions;
}

const [address = '', wanted = '300'] = process.argv.slice(2);
const LISTENERS = Number(wanted);
const ROOM = 7;
const SSRC = 4_242;
const PAYLOAD_TYPE = 111;
const SECONDS = 10;
/** Its joins take a second each, where a ClientHello comes before the answer: several wait at once. */
const AT_ONCE = 50;
const SETTLE_MS = 3_000;
/** The library closes what nobody refers to. */
const kept: PeerConnection[] = [];

/** The only speaker: the same packets as Cora's, without a header extension. */
async function speak(client: JanusClient): Promise<void> {
  const handle = await client.attach();
  const room = {
    request: 'create',
    room: ROOM,
    publishers: 1,
    audiocodec: 'opus',
    permanent: false,
  };
  await client.manage(handle, room);
  const connection = openPeerConnection('speaker', address);
  kept.push(connection);
  const audio = new Audio('0', 'SendOnly');
  audio.addOpusCodec(PAYLOAD_TYPE);
  audio.addSSRC(SSRC, 'speaker');
  const track = connection.addTrack(audio);
  connection.setLocalDescription('offer');
  await delay(200);
  const sdp = connection.localDescription()?.sdp ?? '';
  const join = { request: 'joinandconfigure', ptype: 'publisher', room: ROOM, id: 1 };
  connection.setRemoteDescription(
    await client.request(handle, join, { type: 'offer', sdp }),
    'answer',
  );
  let frame = 0;
  const sinceMs = performance.now();
  setInterval(() => {
    for (const due = (performance.now() - sinceMs) / FRAME_MS; frame < due; frame += 1) {
      const packet = Buffer.concat([Buffer.alloc(12), stampedFrame()]);
      packet.writeUInt16BE(0x8000 | PAYLOAD_TYPE, 0);
      packet.writeUInt16BE(frame & 0xffff, 2);
      packet.writeUInt32BE((frame * FRAME_SAMPLES) >>> 0, 4);
      packet.writeUInt32BE(SSRC, 8);
      if (track.isOpen()) track.sendMessageBinary(packet);
    }
  }, 1);
}

async function listen(client: JanusClient, crowd: ListenerCrowd): Promise<void> {
  const handle = await client.attach();
  const join = { request: 'join', ptype: 'subscriber', room: ROOM, streams: [{ feed: 1 }] };
  const sdp = await crowd.answer(await client.request(handle, join));
  await client.request(handle, { request: 'start' }, { type: 'answer', sdp });
}

const janus = await JanusServer.start();
const crowd = await ListenerCrowd.start(address);
await speak(janus.client);
await delay(SETTLE_MS);
for (let seated = 0; seated < LISTENERS; seated += AT_ONCE) {
  const some = Array.from({ length: Math.min(AT_ONCE, LISTENERS - seated) }, () =>
    listen(janus.client, crowd),
  );
  await Promise.all(some);
}
await delay(SETTLE_MS);
const conditions = watchConditions([janus.pid, crowd.pid]);
const [before, stats, sinceMs] = [cpuSeconds(janus.pid), await crowd.stats(), performance.now()];
await delay(1_000 * SECONDS);
const [after, statsAfter] = [cpuSeconds(janus.pid), await crowd.stats()];
const measured: JanusMeasured = {
  listeners: statsAfter.connected,
  packets: statsAfter.pkts - stats.pkts,
  lost: statsAfter.lost - stats.lost,
  seconds: (performance.now() - sinceMs) / 1_000,
  cpuSeconds: after - before,
  conditions: conditions(),
};
process.stdout.write(`${JSON.stringify(measured)}\n`);
crowd.end();
janus.end();
process.exit(0);
