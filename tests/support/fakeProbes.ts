import { ProtocolError, type DataProducerId, type ProbeTally } from '#protocol';
import type { ConnectionProbe, ProbeEngine } from '#server/session/ports.ts';
import { opusCapabilities, sampleTransport } from './builders.ts';
import { Latch } from './fakes.ts';

const uuid = (last: string) => `00000000-0000-4000-8000-00000000${last}`;

/** Connection tests without a worker. */
export class FakeProbes implements ProbeEngine {
  readonly probes: FakeProbe[] = [];
  readonly opening = new Latch();
  fails = false;

  async openProbe(): Promise<FakeProbe> {
    await this.opening.wait();
    if (this.fails) throw new Error('no mediasoup worker is running');
    const probe = new FakeProbe();
    this.probes.push(probe);
    return probe;
  }

  get open(): FakeProbe[] {
    return this.probes.filter(({ closed }) => !closed);
  }
}

export class FakeProbe implements ConnectionProbe {
  readonly ends: ConnectionProbe['ends'] = {
    routerRtpCapabilities: opusCapabilities(),
    send: sampleTransport(),
    receive: sampleTransport(),
    answers: {
      dataConsumerId: uuid('aaaa') as never,
      dataProducerId: uuid('bbbb') as never,
      sctpStreamParameters: { streamId: 0, ordered: false },
    },
  };
  tally: ProbeTally = { received: 40, answered: 100 };
  closed = false;
  connected = false;

  async connect(): Promise<DataProducerId> {
    if (this.connected) throw new ProtocolError('WRONG_STATE', 'connected already');
    this.connected = true;
    return uuid('cccc') as DataProducerId;
  }

  close(): void {
    this.closed = true;
  }
}
