import {
  ProtocolError,
  type ConnectionTest,
  type ConnectionTestId,
  type PeerId,
  type ProbeConnected,
  type ProbeEnds,
  type ProbeTally,
  type Role,
  type RoomId,
} from '#protocol';
import { TestPlaces, type TestPlace } from '../domain/testPlaces.ts';
import type {
  Clock,
  ConnectionProbe,
  ConnectionTestDesk,
  IceServers,
  ProbeEngine,
} from './ports.ts';

/** Whatever happens, a test is over by then. */
const LIFETIME_MS = 10_000;

interface OpenTest {
  readonly roomId: RoomId;
  readonly place: TestPlace;
  readonly probe: ConnectionProbe;
  readonly cancelEnd: () => void;
}

/** The connection tests that are running: few, short, and each known by its id alone. */
export class ConnectionTests implements ConnectionTestDesk {
  readonly #options: {
    readonly engine: ProbeEngine;
    readonly iceServers: IceServers;
    readonly clock: Clock;
    readonly makeTestId: () => ConnectionTestId;
    readonly relayNameOf: (address: string, slot: number) => string;
  };
  readonly #places: TestPlaces;
  readonly #tests = new Map<ConnectionTestId, OpenTest>();
  #closed = false;

  /**
   * @param options.relayNameOf whom relays of tests are asked for in the name of: an address has few
   * names, since a TURN server counts by name
   */
  constructor(options: {
    engine: ProbeEngine;
    iceServers: IceServers;
    clock: Clock;
    makeTestId: () => ConnectionTestId;
    relayNameOf: (address: string, slot: number) => string;
  }) {
    this.#options = options;
    this.#places = new TestPlaces(options.clock.monotonicMs());
  }

  async open(who: { roomId: RoomId; role: Role; address: string }): Promise<ConnectionTest> {
    const { engine, iceServers, clock, makeTestId, relayNameOf } = this.#options;
    if (this.#closed) throw new ProtocolError('SERVER_STOPPING', 'the server is going down');
    // Before anything is awaited.
    const place = this.#places.take(who, clock.monotonicMs());
    let probe: ConnectionProbe;
    try {
      probe = await engine.openProbe();
    } catch (error) {
      place.leave();
      throw error;
    }
    const testId = makeTestId();
    const cancelEnd = clock.after(LIFETIME_MS, () => this.#end(testId));
    this.#tests.set(testId, { roomId: who.roomId, place, probe, cancelEnd });
    if (this.#closed) this.#end(testId);
    const { send, receive, ...ends } = probe.ends;
    const name = relayNameOf(who.address, place.slot);
    const helpers = { iceServers: iceServers.for(name as PeerId) };
    return { testId, ...ends, send: { ...send, ...helpers }, receive: { ...receive, ...helpers } };
  }

  async connect(roomId: RoomId, testId: string, ends: ProbeEnds): Promise<ProbeConnected> {
    return { dataProducerId: await this.#find(roomId, testId).probe.connect(ends) };
  }

  close(roomId: RoomId, testId: string): ProbeTally {
    const { tally } = this.#find(roomId, testId).probe;
    this.#end(testId as ConnectionTestId);
    return tally;
  }

  /** Ends all of them, and begins no more. Idempotent. */
  closeAll(): void {
    this.#closed = true;
    for (const testId of [...this.#tests.keys()]) this.#end(testId);
  }

  #find(roomId: RoomId, testId: string): OpenTest {
    const test = this.#tests.get(testId as ConnectionTestId);
    if (test?.roomId !== roomId) throw new ProtocolError('NOT_FOUND', 'no such test');
    return test;
  }

  #end(testId: ConnectionTestId): void {
    const test = this.#tests.get(testId);
    if (!test) return;
    this.#tests.delete(testId);
    test.cancelEnd();
    test.probe.close();
    test.place.leave();
  }
}
