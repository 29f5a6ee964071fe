import {
  PROBE_BYTES,
  PROBE_MESSAGES,
  PROBE_STREAM_ID,
  ProtocolError,
  readProbe,
  writeProbe,
  type DataConsumerId,
  type DataProducerId,
  type ProbeEnds,
  type ProbeTally,
} from '#protocol';
import type {
  DataConsumer,
  DataProducer,
  DirectTransport,
  Router,
  WebRtcServer,
  WebRtcTransport,
} from 'mediasoup/types';
import type { ConnectionProbe, ProbeEngine } from '../session/ports.ts';
import { orProtocolError } from './mediaError.ts';
import { rtpCapabilitiesOf } from './rtpCapabilities.ts';
import { transportOptionsOf } from './transportOptions.ts';
import type { WorkerPool } from './workerPool.ts';

/** As speech travels: what is lost stays lost, and holds up nothing that comes after. */
const LIKE_SPEECH = { ordered: false, maxRetransmits: 0 } as const;
const LABEL = 'probe';

/** Opens connection tests on the ports that sound takes. */
export class SfuProbes implements ProbeEngine {
  readonly #pool: WorkerPool;

  constructor(pool: WorkerPool) {
    this.#pool = pool;
  }

  async openProbe(): Promise<SfuProbe> {
    // With its worker the Router goes too, and then there is nothing left to close.
    const { router, webRtcServer } = await this.#pool.createRouter(() => {});
    try {
      return await SfuProbe.create(router, webRtcServer);
    } catch (error) {
      router.close();
      throw error;
    }
  }
}

interface Parts {
  readonly router: Router;
  readonly direct: DirectTransport;
  readonly send: WebRtcTransport;
  readonly receive: WebRtcTransport;
  /** The server's end of the channel on which it answers, and the client's. */
  readonly answers: DataProducer;
  readonly answered: DataConsumer;
}

/** One connection test on a Router of its own, from which no way leads to a room. */
class SfuProbe implements ConnectionProbe {
  readonly ends: ConnectionProbe['ends'];
  readonly #parts: Parts;
  readonly #seen = new Set<number>();
  #messages = 0;
  #newest = -1;
  #connected = false;

  static async create(router: Router, webRtcServer: WebRtcServer): Promise<SfuProbe> {
    const transport = () =>
      router.createWebRtcTransport({
        webRtcServer,
        enableUdp: true,
        enableTcp: true,
        preferUdp: true,
        enableSctp: true,
        maxReceiveMessageSize: PROBE_BYTES,
      });
    const [direct, send, receive] = await Promise.all([
      router.createDirectTransport(),
      transport(),
      transport(),
    ]);
    const answers = await direct.produceData({ label: LABEL });
    const answered = await receive.consumeData({ dataProducerId: answers.id, ...LIKE_SPEECH });
    return new SfuProbe({ router, direct, send, receive, answers, answered });
  }

  private constructor(parts: Parts) {
    const { router, send, receive, answers, answered } = parts;
    this.#parts = parts;
    this.ends = {
      routerRtpCapabilities: rtpCapabilitiesOf(router),
      send: transportOptionsOf(send),
      receive: transportOptionsOf(receive),
      answers: {
        dataConsumerId: answered.id as DataConsumerId,
        dataProducerId: answers.id as DataProducerId,
        sctpStreamParameters: {
          streamId: answered.sctpStreamParameters?.streamId ?? 0,
          ordered: false,
        },
      },
    };
  }

  get tally(): ProbeTally {
    return { received: this.#seen.size, answered: this.#newest + 1 };
  }

  async connect(ends: ProbeEnds): Promise<DataProducerId> {
    const { direct, send, receive } = this.#parts;
    if (this.#connected) throw new ProtocolError('WRONG_STATE', 'connected already');
    this.#connected = true;
    return orProtocolError('INVALID_MESSAGE', async () => {
      const messages = await send.produceData({
        sctpStreamParameters: { streamId: PROBE_STREAM_ID, ...LIKE_SPEECH },
        label: LABEL,
      });
      const consumer = await direct.consumeData({ dataProducerId: messages.id });
      consumer.on('message', (message) => this.#take(message, messages));
      await Promise.all([
        send.connect({ dtlsParameters: ends.send }),
        receive.connect({ dtlsParameters: ends.receive }),
      ]);
      return messages.id as DataProducerId;
    });
  }

  close(): void {
    this.#parts.router.close();
  }

  #take(message: Uint8Array, messages: DataProducer): void {
    // Who sends more than a test has is heard no more, nor is what the worker had passed on already.
    this.#messages += 1;
    if (this.#messages > PROBE_MESSAGES) return messages.close();
    const probe = readProbe(message);
    if (!probe) return;
    this.#seen.add(probe.number);
    const { answers } = this.#parts;
    while (this.#newest < probe.number && !answers.closed) {
      this.#newest += 1;
      answers.send(Buffer.from(writeProbe(this.#newest, this.#newest === probe.number)));
    }
  }
}
