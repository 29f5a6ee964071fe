// Usage: node prove.mjs WORKER_BINARY
// Ends with 0 when the worker starts, opens a port, makes a DTLS transport and carries a packet through SRTP and back.
import { once } from 'node:events';
import { createWorker } from 'mediasoup';

const opus = {
  kind: 'audio',
  mimeType: 'audio/opus',
  preferredPayloadType: 100,
  clockRate: 48000,
  channels: 2,
};
const ssrc = 1234;
const giveUpMs = 10_000;

/** An RTP packet with a payload of 20 ms of Opus silence. */
function rtpPacket(sequenceNumber) {
  const packet = Buffer.alloc(15);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(opus.preferredPayloadType, 1);
  packet.writeUInt16BE(sequenceNumber, 2);
  packet.writeUInt32BE(sequenceNumber * 960, 4);
  packet.writeUInt32BE(ssrc, 8);
  packet.set([0xf8, 0xff, 0xfe], 12);
  return packet;
}

setTimeout(() => {
  console.error(`The worker did not pass a packet on within ${giveUpMs / 1000} s.`);
  process.exit(1);
}, giveUpMs).unref();

const worker = await createWorker({ workerBin: process.argv[2], logLevel: 'error' });
worker.on('died', (error) => {
  console.error(`The worker died: ${error.message}`);
  process.exit(1);
});

const webRtcServer = await worker.createWebRtcServer({
  listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
});
const near = await worker.createRouter({ mediaCodecs: [opus] });
const far = await worker.createRouter({ mediaCodecs: [opus] });
await near.createWebRtcTransport({ webRtcServer });

const source = await near.createDirectTransport();
const producer = await source.produce({
  kind: 'audio',
  rtpParameters: {
    codecs: [{ mimeType: opus.mimeType, payloadType: 100, clockRate: 48000, channels: 2 }],
    encodings: [{ ssrc }],
  },
});
const { pipeProducer } = await near.pipeToRouter({
  producerId: producer.id,
  router: far,
  enableSrtp: true,
  // Both routers live in one worker, where an id must be unique.
  keepId: false,
});
const sink = await far.createDirectTransport();
const consumer = await sink.consume({
  producerId: pipeProducer.id,
  rtpCapabilities: far.rtpCapabilities,
});

const heard = once(consumer, 'rtp');
for (let sequenceNumber = 1; sequenceNumber <= 10; sequenceNumber += 1) {
  producer.send(rtpPacket(sequenceNumber));
}
const [packet] = await heard;
if (!packet.subarray(-3).equals(rtpPacket(1).subarray(-3))) {
  throw new Error('The packet came back from SRTP with another payload.');
}
worker.close();
