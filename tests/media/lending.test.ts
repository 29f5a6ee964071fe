import type { RtpCapabilities } from '#protocol';
import { openOverflow } from '#server/media/overflow.ts';
import { WORKER_BOUNDS } from '#server/media/workerLoad.ts';
import type { MediaRoom, NodeAnswer, NodeLine } from '#server/session/ports.ts';
import { FakeLog } from '#tests/support/fakes.ts';
import { freePort } from '#tests/support/redis.ts';
import { SfuHouse } from '#tests/support/sfuRoom.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';

const SOON = { timeout: 10_000, interval: 20 };
const FULL = { consumers: 0, cpu: 0 };
const SOON_UNUSED_MS = 100;

/** A line between two servers in one process; what is in `lost` does not arrive. */
class ShortLine implements NodeLine {
  readonly others: readonly string[];
  readonly lost = new Set<string>();
  readonly answers = new Map<string, NodeAnswer>();
  readonly told: string[] = [];
  readonly asked: string[] = [];
  other: ShortLine | null = null;
  readonly #own: string;

  static pair(): [ShortLine, ShortLine] {
    const [here, there] = [new ShortLine('here', 'there'), new ShortLine('there', 'here')];
    [here.other, there.other] = [there, here];
    return [here, there];
  }

  private constructor(own: string, other: string) {
    this.#own = own;
    this.others = [other];
  }

  async ask(_nodeId: string, name: string, body: unknown): Promise<unknown> {
    this.asked.push(name);
    if (this.lost.has(name)) throw new Error('not answered');
    const answer = await this.other?.answers.get(name)?.(copied(body), this.#own);
    return copied(answer ?? null);
  }

  tell(_nodeId: string, name: string, body: unknown): void {
    this.told.push(name);
    if (!this.lost.has(name)) this.other?.answers.get(name)?.(copied(body), this.#own);
  }

  answer(name: string, answer: NodeAnswer): void {
    this.answers.set(name, answer);
  }

  watch(): () => void {
    return () => {};
  }
}

const copied = (body: unknown): unknown => JSON.parse(JSON.stringify(body));

describe('a place that one server lends to another', () => {
  let house: SfuHouse;
  let lender: SfuHouse;
  let room: MediaRoom;
  let line: ShortLine;
  let close = () => {};

  async function open(unused: { unusedMs?: number } = {}): Promise<void> {
    lender = await SfuHouse.open(1);
    const [here, there] = ShortLine.pair();
    const minPort = await freePort();
    const pipePlace = {
      ...{ ip: '127.0.0.1', announcedAddress: undefined },
      ...{ minPort, maxPort: minPort + 20 },
    };
    const log = new FakeLog();
    const side = { pipePlace, log, ...unused };
    let borrow: ReturnType<typeof openOverflow>['borrow'] | null = null;
    house = await SfuHouse.open(1, {
      bounds: FULL,
      borrow: async (sound, gone) => (await borrow?.(sound, gone)) ?? null,
    });
    const ends = [
      openOverflow({ ...side, line: here, pool: house.pool, bounds: FULL }),
      openOverflow({ ...side, line: there, pool: lender.pool, bounds: WORKER_BOUNDS }),
    ];
    borrow = ends[0]?.borrow ?? null;
    close = () => ends.forEach((end) => end.close());
    room = await house.openRoom();
    line = here;
  }
  afterEach(async () => {
    vi.restoreAllMocks();
    close();
    await house.close();
    await lender.close();
  });

  const listen = async () => {
    const { peer } = await house.enter(room);
    const { rtpCapabilities } = house.engine;
    const listening = peer.listen({ rtpCapabilities, hearing: 'slots' });
    return { peer, consumers: (await listening).consumers };
  };
  const lent = () => lender.routers.filter(({ router }) => !router.closed).length;

  it('[WY19] is given back with the last who listens there', async () => {
    await open();
    const [one, other] = [await listen(), await listen()];
    expect(one.consumers).toHaveLength(4);
    expect(lent()).toBe(1);
    one.peer.close();
    expect(lent()).toBe(1);
    other.peer.close();
    await vi.waitFor(() => expect(lent()).toBe(0), SOON);
  });

  it('[WY19] is given back where nobody could be let in there', async () => {
    await open();
    const { peer } = await house.enter(room);
    const rtpCapabilities: RtpCapabilities = { codecs: [], headerExtensions: [] };
    await expect(peer.listen({ rtpCapabilities, hearing: 'slots' })).rejects.toThrow();
    expect(line.told).toContain('closeBranch');
    await vi.waitFor(() => expect(lent()).toBe(0), SOON);
  });

  it('[WY20] is not taken back while somebody is let in as the last one goes', async () => {
    await open();
    const { peer } = await listen();
    const openWayIn = line.other?.answers.get('openWayIn');
    const isOpening = new Promise<void>((resolve) => {
      line.other?.answers.set('openWayIn', (body, from) => {
        const opened = openWayIn?.(body, from);
        resolve();
        return opened;
      });
    });
    const next = listen();
    await isOpening;
    peer.close();
    await expect(next).resolves.toMatchObject({ consumers: { length: 4 } });
    expect(lent()).toBe(1);
  });

  it('[WY23] is not asked for again at once where it was refused, and people listen here', async () => {
    await open();
    line.lost.add('openBranch');
    await listen();
    await listen();
    expect(line.asked).toEqual(['openBranch']);
    // It is remembered for some seconds.
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 5_000);
    await listen();
    expect(line.asked).toEqual(['openBranch', 'openBranch']);
  });

  it('[WY21] is taken back where nobody has used it for a while and nobody said so', async () => {
    await open({ unusedMs: SOON_UNUSED_MS });
    line.lost.add('closeWayIn').add('closeBranch');
    const { peer } = await listen();
    peer.close();
    expect(lent()).toBe(1);
    await vi.waitFor(() => expect(lent()).toBe(0), SOON);
  });

  it('[WY22] is told of a way in that is taken back there', async () => {
    await open({ unusedMs: SOON_UNUSED_MS });
    const guest = await house.enter(room);
    const { rtpCapabilities } = house.engine;
    await guest.peer.listen({ rtpCapabilities, hearing: 'slots' });
    await vi.waitFor(() => expect(guest.lost).toBe(1), SOON);
  });
});
