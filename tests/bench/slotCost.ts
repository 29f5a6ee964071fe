import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { StageSlots } from '#server/media/stageSlots.ts';
import { createWorker } from 'mediasoup';
import type { Producer, Router, Worker } from 'mediasoup/types';
import { workerBinary } from '../../scripts/worker/path.mjs';
import type { Talkers } from './slotTalkers.ts';

const TALKERS = 3;
const LISTENERS = 100;
const SETTLE_MS = 2_000;
const MEASURE_MS = 10_000;

const LOOPBACK = { listenInfo: { protocol: 'udp', ip: '127.0.0.1' } } as const;

/** What a listener consumes: each microphone by itself, or slots that Node writes, with so many frames a packet. */
type Way = 'microphones' | 1 | 3;

async function openMicrophone(
  router: Router,
  who: number,
): Promise<{ port: number; producer: Producer }> {
  const transport = await router.createPlainTransport({
    ...LOOPBACK,
    comedia: true,
    rtcpMux: true,
  });
  const producer = await transport.produce({
    kind: 'audio',
    rtpParameters: {
      codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
      encodings: [{ ssrc: 1_000 + who }],
      headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: 1 }],
    },
  });
  return { port: transport.tuple.localPort, producer };
}

async function listen(
  router: Router,
  producers: readonly Producer[],
  sinkPort: number,
): Promise<void> {
  const transport = await router.createPlainTransport({ ...LOOPBACK, rtcpMux: true });
  await transport.connect({ ip: '127.0.0.1', port: sinkPort });
  const { rtpCapabilities } = router;
  for (const { id } of producers) await transport.consume({ producerId: id, rtpCapabilities });
}

interface Used {
  /** ms of CPU. */
  readonly node: number;
  readonly worker: number;
  /** Packets that came of microphones, and that went to be sent to each listener. */
  readonly heard: number;
  readonly sent: number;
}

async function usedBy(
  worker: Worker,
  producers: { microphones: readonly Producer[]; heard: readonly Producer[] },
): Promise<Used> {
  const { user, system } = process.cpuUsage();
  const { ru_utime, ru_stime } = await worker.getResourceUsage();
  return {
    node: (user + system) / 1_000,
    worker: ru_utime + ru_stime,
    heard: await packetsOf(producers.microphones),
    sent: await packetsOf(producers.heard),
  };
}

async function packetsOf(producers: readonly Producer[]): Promise<number> {
  const stats = await Promise.all(producers.map((producer) => producer.getStats()));
  return stats.flat().reduce((sum, { packetCount }) => sum + packetCount, 0);
}

async function measure(way: Way): Promise<string> {
  const worker = await createWorker({ workerBin: workerBinary() });
  const talkers = fork(new URL('./slotTalkers.ts', import.meta.url));
  try {
    const [{ port }] = (await once(talkers, 'message')) as [{ port: number }];
    const router = await worker.createRouter({
      mediaCodecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 }],
    });
    const direct = await router.createDirectTransport();
    const microphones = await Promise.all(
      Array.from({ length: TALKERS }, (_, who) => openMicrophone(router, who)),
    );
    let heard = microphones.map(({ producer }) => producer);
    if (way !== 'microphones') {
      const slots = await StageSlots.create({ direct, router, count: TALKERS, changed() {} });
      for (const { producer } of microphones) slots.add(producer);
      slots.setFramesPerPacket(way);
      slots.watch();
      heard = [...slots.producers];
    }
    for (let listener = 0; listener < LISTENERS; listener += 1) await listen(router, heard, port);
    talkers.send({ ports: microphones.map((one) => one.port) } satisfies Talkers);
    await sleep(SETTLE_MS);
    const producers = { microphones: microphones.map((one) => one.producer), heard };
    const before = await usedBy(worker, producers);
    await sleep(MEASURE_MS);
    const after = await usedBy(worker, producers);
    const by = (of: keyof Used) => after[of] - before[of];
    const frames = by('heard') * LISTENERS;
    return [
      way === 'microphones' ? 'microphones' : `slots of ${way}`,
      `Node ${((1_000 * by('node')) / by('heard')).toFixed(0)} us a packet of a microphone`,
      `worker ${((1_000 * by('worker')) / frames).toFixed(1)} us a frame delivered`,
      `${by('heard')} packets in, ${by('sent')} out`,
    ].join(', ');
  } finally {
    talkers.disconnect();
    worker.close();
  }
}

/** CPU of slots that are written in Node, beside a worker that sends microphones on by itself. */
export async function measureSlotCost(): Promise<string> {
  const lines: string[] = [];
  for (const way of ['microphones', 1, 3] as const) lines.push(await measure(way));
  return lines.join('; ');
}
