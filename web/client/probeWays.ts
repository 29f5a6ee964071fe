import {
  PROBE_STREAM_ID,
  type ConnectionTest,
  type ProbeConnected,
  type ProbeEnds,
  type ProbeTally,
} from '#protocol';
import type {
  DataConsumer,
  DataProducer,
  Device,
  DtlsParameters,
  RtpCapabilities as DeviceRtpCapabilities,
  Transport,
} from 'mediasoup-client/types';
import { WAYS, type Way } from './connectionVerdict.ts';

/** For a way to open; longer where something comes back, though slowly. */
const WAY_MS = 4_000;
const SLOW_WAY_MS = 7_000;
const LOOK_MS = 200;

/** The server's side of a test, wherever it is. */
export interface ProbeServer {
  connect(ends: ProbeEnds): Promise<ProbeConnected>;
  /** Ends the test. */
  close(): Promise<ProbeTally>;
}

/** The two transports of a test, each with its channel. */
export class ProbeWays {
  readonly #receive: Transport;
  readonly #send: Transport;
  readonly answers: DataConsumer;
  readonly packets: DataProducer;

  static async open(test: ConnectionTest, server: ProbeServer, device: Device): Promise<ProbeWays> {
    const { send, receive, answers, routerRtpCapabilities } = test;
    await device.load({ routerRtpCapabilities: routerRtpCapabilities as DeviceRtpCapabilities });
    const transports = {
      send: device.createSendTransport({ ...send, id: send.transportId }),
      receive: device.createRecvTransport({ ...receive, id: receive.transportId }),
    };
    const ends = { send: dtlsOf(transports.send), receive: dtlsOf(transports.receive) };
    // Told in one call: that takes one round trip less.
    const connected = Promise.all([ends.send, ends.receive]).then(([up, down]) =>
      server.connect({ send: up.parameters, receive: down.parameters }),
    );
    for (const end of Object.values(ends)) {
      void end.then(({ proceed, fail }) => connected.then(proceed, fail));
    }
    transports.send.on('producedata', ({ sctpStreamParameters }, resolve, reject) => {
      if (sctpStreamParameters.streamId !== PROBE_STREAM_ID) reject(new Error('another stream'));
      else connected.then(({ dataProducerId }) => resolve({ id: dataProducerId }), reject);
    });
    try {
      const [consumer, producer] = await Promise.all([
        transports.receive.consumeData({ ...answers, id: answers.dataConsumerId }),
        transports.send.produceData({ ordered: false, maxRetransmits: 0 }),
      ]);
      return new ProbeWays(transports, consumer, producer);
    } catch (error) {
      for (const transport of Object.values(transports)) transport.close();
      throw error;
    }
  }

  private constructor(
    { send, receive }: { send: Transport; receive: Transport },
    answers: DataConsumer,
    packets: DataProducer,
  ) {
    this.#send = send;
    this.#receive = receive;
    this.answers = answers;
    this.packets = packets;
  }

  /** Waits until both channels are open, and says whether they are. */
  async stand(startedMs: number, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      signal.throwIfAborted();
      const isOpen = [this.answers, this.packets].every(({ readyState }) => readyState === 'open');
      if (isOpen) return true;
      const waitedMs = performance.now() - startedMs;
      if (waitedMs > SLOW_WAY_MS) return false;
      if (waitedMs > WAY_MS && !(await this.#somethingComesBack())) return false;
      await pause(LOOK_MS);
    }
  }

  /** Of the two, should they go different ways. */
  async worst(): Promise<Way> {
    const ways = await Promise.all([this.#send, this.#receive].map(wayOf));
    return WAYS.findLast((way) => ways.includes(way)) ?? 'udp';
  }

  close(): void {
    this.#send.close();
    this.#receive.close();
  }

  async #somethingComesBack(): Promise<boolean> {
    const stats = await Promise.all([this.#send.getStats(), this.#receive.getStats()]);
    return stats.some((reports) =>
      reportsOf(reports).some(({ type, responsesReceived }) => {
        return type === 'candidate-pair' && Number(responsesReceived) > 0;
      }),
    );
  }
}

interface DtlsEnd {
  readonly parameters: DtlsParameters & ProbeEnds['send'];
  readonly proceed: () => void;
  readonly fail: (error: Error) => void;
}

function dtlsOf(transport: Transport): Promise<DtlsEnd> {
  return new Promise((resolve) => {
    transport.on('connect', ({ dtlsParameters }, proceed, fail) =>
      resolve({ parameters: dtlsParameters as DtlsEnd['parameters'], proceed, fail }),
    );
  });
}

type StatsReport = Readonly<Record<string, unknown>>;

const reportsOf = (reports: RTCStatsReport) => [...reports.values()] as StatsReport[];

/** What the browser's statistics say of the way that a transport took. */
async function wayOf(transport: Transport): Promise<Way> {
  const stats = await transport.getStats();
  const reports = reportsOf(stats);
  const chosen = reports.find(({ selectedCandidatePairId }) => selectedCandidatePairId);
  const isChosen = ({ id, type, nominated, state }: StatsReport) =>
    chosen
      ? id === chosen['selectedCandidatePairId']
      : type === 'candidate-pair' && nominated === true && state === 'succeeded';
  const pair = reports.find(isChosen);
  const local = reports.find(({ id }) => id === pair?.['localCandidateId']);
  if (local?.['candidateType'] === 'relay') return 'relay';
  return local?.['protocol'] === 'tcp' ? 'tcp' : 'udp';
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
