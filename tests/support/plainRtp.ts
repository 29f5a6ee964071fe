import { createSocket } from 'node:dgram';
import type { PlainTransport, Router } from 'mediasoup/types';
import type { MediaHouse } from './mediaRoom.ts';

/** As `rtpParameters` of the builders says. */
const SSRC = 1_234_567;

interface PlainRtp {
  begin(): void;
  /** Of the transport that was made last. */
  port(): number;
  /** The room's, once it is open. */
  router(): Router;
}

/**
 * From `begin` on transports take plain RTP, so that a test can send as much of it as it likes, whatever it is told:
 * a worker does with it what it does with what it has decrypted. To be called before the room opens.
 */
export function takePlainRtp({ pool }: MediaHouse): PlainRtp {
  let isOn = false;
  let port: number | undefined;
  let router: Router | undefined;
  const createRouter = pool.createRouter.bind(pool);
  pool.createRouter = async (died) => {
    const made = await createRouter(died);
    router = made.router;
    const createTransport = made.router.createWebRtcTransport.bind(made.router);
    made.router.createWebRtcTransport = async (options) => {
      if (!isOn) return createTransport(options as never);
      const listenInfo = { protocol: 'udp', ip: '127.0.0.1' } as const;
      const plain: PlainTransport = await made.router.createPlainTransport({
        ...{ listenInfo, comedia: true, rtcpMux: true, enableSctp: true },
      });
      port = plain.tuple.localPort;
      return plain as never;
    };
    return made;
  };
  return {
    begin: () => (isOn = true),
    port: () => port as number,
    router: () => router as Router,
  };
}

/** Sends Opus frames, one a packet, until it is told to stop. Returns what stops it. */
export function sendPlainRtp(port: number, packetsPerSecond: number): () => void {
  const socket = createSocket('udp4');
  const packet = Buffer.alloc(12 + 80, 0x5a);
  packet.writeUInt16BE(0x806f, 0);
  packet.writeUInt32BE(SSRC, 8);
  packet.writeUInt8(0xf8, 12);
  const beganMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - beganMs) * packetsPerSecond) / 1_000;
    for (; sent < due; sent += 1) {
      packet.writeUInt16BE(sent & 0xffff, 2);
      packet.writeUInt32BE((sent * 960) >>> 0, 4);
      socket.send(Buffer.from(packet), port, '127.0.0.1');
    }
  }, 1);
  return () => {
    clearInterval(timer);
    socket.close();
  };
}
