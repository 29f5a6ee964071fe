import { createSocket } from 'node:dgram';
import { writeRtp } from '#server/domain/rtp.ts';

// A process of microphones that speak plain RTP without a pause, and of a port that everything may be sent to.

const FRAME_MS = 20;
const SPEECH = Buffer.alloc(80, 0x5a);
SPEECH[0] = 0x78;
/** RFC 6464 under id 1, -25 dBov. */
const LEVEL = Buffer.from([0xbe, 0xde, 0, 1, 0x10, 25, 0, 0]);

/** What the parent sends once: where each microphone sends to. */
export interface Talkers {
  readonly ports: readonly number[];
}

const sink = createSocket({ type: 'udp4', recvBufferSize: 4_000_000 });
sink.bind(0, '127.0.0.1', () => process.send?.({ port: sink.address().port }));
process.on('message', ({ ports }: Talkers) => {
  const socket = createSocket('udp4');
  const beganMs = performance.now();
  const sent = ports.map(() => 0);
  setInterval(() => {
    for (const [who, port] of ports.entries()) {
      const due = (performance.now() - beganMs - (who * FRAME_MS) / ports.length) / FRAME_MS;
      for (; (sent[who] as number) < due; (sent[who] as number)++) {
        const sequence = sent[who] as number;
        const numbers = { sequence, timestamp: sequence * 960, marker: false };
        const plain = writeRtp(SPEECH, { ssrc: 1_000 + who, payloadType: 111, ...numbers });
        plain[0] = 0x90;
        const packet = Buffer.concat([plain.subarray(0, 12), LEVEL, plain.subarray(12)]);
        socket.send(packet, port, '127.0.0.1');
      }
    }
  }, 2);
});
process.on('disconnect', () => process.exit());
