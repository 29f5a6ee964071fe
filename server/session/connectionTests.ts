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
import { TokenBucket } from '../domain/tokenBucket.ts';
import type {
  Clock,
  ConnectionProbe,
  ConnectionTestDesk,
  IceServers,
  ProbeEngine,
} from './ports.ts';

/** Whatever happens, a test is over by then. */
const LIFETIME_MS = 10_000;
/** Of the whole server: 1,600 messages a second both ways, some percent of a core. */
const MAX_AT_ONCE = 16;
/**
 * Of one link at one address. A class opens its link behind one address: a few at a time get through
 * within half a minute, and leave the line to those who talk already.
 */
const MAX_AT_ONCE_BY_DOOR = 4;
const BURST_BY_DOOR = 12;
const PER_SECOND_BY_DOOR = 2;
/** What a test usually takes: by then another has its place. */
const RETRY_AFTER_MS = 3_000;
/** After that time without a test nothing is known of a door any more. */
const DOOR_FORGOTTEN_MS = 60_000;

interface Door {
  readonly limit: TokenBucket;
  open: number;
  usedMs: number;
}

interface OpenTest {
  readonly roomId: RoomId;
  readonly door: Door;
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
  };
  readonly #doors = new Map<string, Door>();
  readonly #tests = new Map<ConnectionTestId, OpenTest>();
  /** Tests, and those that are being opened. */
  #open = 0;
  #closed = false;

  constructor(options: {
    engine: ProbeEngine;
    iceServers: IceServers;
    clock: Clock;
    makeTestId: () => ConnectionTestId;
  }) {
    this.#options = options;
  }

  async open(who: { roomId: RoomId; role: Role; address: string }): Promise<ConnectionTest> {
    const { engine, iceServers, clock, makeTestId } = this.#options;
    if (this.#closed) throw new ProtocolError('SERVER_STOPPING', 'the server is going down');
    const door = this.#enter(who);
    let probe: ConnectionProbe;
    try {
      probe = await engine.openProbe();
    } catch (error) {
      this.#leave(door);
      throw error;
    }
    const testId = makeTestId();
    const cancelEnd = clock.after(LIFETIME_MS, () => this.#end(testId));
    this.#tests.set(testId, { roomId: who.roomId, door, probe, cancelEnd });
    if (this.#closed) this.#end(testId);
    const { send, receive, ...ends } = probe.ends;
    const helpers = { iceServers: iceServers.for(testId as string as PeerId) };
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
    this.#leave(test.door);
  }

  /** Takes a place before anything is awaited. @throws ProtocolError RATE_LIMITED */
  #enter({ roomId, role, address }: { roomId: RoomId; role: Role; address: string }): Door {
    const nowMs = this.#options.clock.monotonicMs();
    this.#forgetDoors(nowMs);
    const key = `${roomId} ${role} ${address}`;
    const door = this.#doors.get(key) ?? {
      limit: new TokenBucket({ capacity: BURST_BY_DOOR, perSecond: PER_SECOND_BY_DOOR, nowMs }),
      open: 0,
      usedMs: nowMs,
    };
    const isFull = this.#open >= MAX_AT_ONCE || door.open >= MAX_AT_ONCE_BY_DOOR;
    const waitMs = isFull ? RETRY_AFTER_MS : door.limit.take(nowMs);
    if (waitMs > 0) {
      throw new ProtocolError('RATE_LIMITED', 'too many tests at once', { retryAfterMs: waitMs });
    }
    this.#doors.set(key, door);
    door.usedMs = nowMs;
    door.open += 1;
    this.#open += 1;
    return door;
  }

  #leave(door: Door): void {
    door.open -= 1;
    this.#open -= 1;
  }

  #forgetDoors(nowMs: number): void {
    for (const [key, { open, usedMs }] of this.#doors) {
      if (open === 0 && nowMs - usedMs > DOOR_FORGOTTEN_MS) this.#doors.delete(key);
    }
  }
}
