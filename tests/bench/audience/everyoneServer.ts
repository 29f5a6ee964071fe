import { createWorker } from 'mediasoup';
import type { RtpCapabilities } from 'mediasoup/types';
import type { ConsumerOptions, DtlsParameters, Listening } from '#protocol';
import { workerBinary } from '../../../scripts/worker/path.mjs';
import { answerQuestions } from '../helper.ts';

// What Cora does not do, for comparison: a listener consumes every speaker. Speakers come in as plain RTP.

export type EveryoneAsked =
  { readonly open: number } | { readonly seat: DtlsParameters } | { readonly worker: true };

const worker = await createWorker({ workerBin: workerBinary(), logLevel: 'warn' });
const router = await worker.createRouter({
  mediaCodecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 }],
});
const webRtcServer = await worker.createWebRtcServer({
  listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
});
const producers: string[] = [];
const rtpCapabilities: RtpCapabilities = { ...router.rtpCapabilities, headerExtensions: [] };

/** @returns the ports to send to, the speaker's number being the SSRC. */
async function open(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let ssrc = 1; ssrc <= count; ssrc += 1) {
    const transport = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
      rtcpMux: true,
      comedia: true,
    });
    const producer = await transport.produce({
      kind: 'audio',
      rtpParameters: {
        codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
        encodings: [{ ssrc }],
      },
    });
    producers.push(producer.id);
    ports.push(transport.tuple.localPort);
  }
  return ports;
}

async function seat(dtlsParameters: DtlsParameters): Promise<Partial<Listening>> {
  const transport = await router.createWebRtcTransport({ webRtcServer, enableSctp: true });
  await transport.connect({ dtlsParameters });
  const consumers: ConsumerOptions[] = [];
  for (const producerId of producers) {
    const { id, rtpParameters } = await transport.consume({ producerId, rtpCapabilities });
    consumers.push({ consumerId: id, producerId, peerId: null, rtpParameters } as never);
  }
  const { id, iceParameters, iceCandidates, sctpParameters } = transport;
  const ends = { transportId: id, iceParameters, iceCandidates, iceServers: [] };
  return {
    transport: { ...ends, dtlsParameters: transport.dtlsParameters, sctpParameters } as never,
    consumers,
  };
}

answerQuestions((asked: EveryoneAsked) => {
  if ('open' in asked) return open(asked.open);
  return 'seat' in asked ? seat(asked.seat) : worker.pid;
});
