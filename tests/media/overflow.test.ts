import type { Branch, RoomSound, WayIn, WayInOptions } from '#server/media/branch.ts';
import type { MediaListening } from '#server/session/ports.ts';
import { SfuHouse } from '#tests/support/sfuRoom.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';

const FULL = { consumers: 0, cpu: 0 };

/** Another machine, as the port to it shows it. */
class FarBranch implements Branch {
  isFull = false;
  isClosed = false;
  readonly opened: WayInOptions[] = [];

  openWayIn(options: WayInOptions): Promise<WayIn> {
    this.opened.push(options);
    const listening = { transport: { transportId: 'far' }, phraseChannel: null, consumers: [] };
    const wayIn: Partial<WayIn> = {
      listening: listening as unknown as MediaListening,
      close: () => {},
    };
    return Promise.resolve(wayIn as WayIn);
  }

  close(): void {
    this.isClosed = true;
  }
}

describe('an audience that this machine has no room for', () => {
  let house: SfuHouse;
  afterEach(() => house.close());

  it('[WY8] listens over another machine, and who is on the stage does not', async () => {
    const far = new FarBranch();
    const borrow = vi.fn((_sound: RoomSound, _gone: () => void) => Promise.resolve(far));
    house = await SfuHouse.open(1, { bounds: FULL, borrow });
    const room = await house.openRoom();
    const [ana, beto, carla] = [
      await house.enter(room),
      await house.enter(room),
      await house.enter(room),
    ];
    await ana.listen('microphones');
    expect(borrow).not.toHaveBeenCalled();
    const rtpCapabilities = house.engine.rtpCapabilities;
    const answers = await Promise.all(
      [beto, carla].map(({ peer }) => peer.listen({ rtpCapabilities, hearing: 'slots' })),
    );
    expect(answers.map(({ phraseChannel }) => phraseChannel)).toEqual([null, null]);
    expect(borrow).toHaveBeenCalledOnce();
    expect(far.opened).toHaveLength(2);
    // What is to be heard there is the same for all.
    expect(borrow.mock.calls[0]?.[0].slots).toHaveLength(3);
    expect(far.opened[0]?.sound).toBe(borrow.mock.calls[0]?.[0]);

    beto.peer.close();
    far.opened[1]?.events.lost();
    expect([beto.lost, carla.lost]).toEqual([0, 1]);
    room.close();
    expect(far.isClosed).toBe(true);
  });

  it('[WY9] listens here all the same where no other machine has room, or one that had is gone', async () => {
    const far = new FarBranch();
    const offers: (Branch | null)[] = [null, far];
    let leave = () => {};
    const borrow = (_sound: RoomSound, gone: () => void) => {
      leave = gone;
      const offer = offers.shift();
      return offer === undefined ? Promise.reject(new Error('no answer')) : Promise.resolve(offer);
    };
    house = await SfuHouse.open(1, { bounds: FULL, borrow });
    const room = await house.openRoom();
    const listen = async () => {
      const { peer } = await house.enter(room);
      const { rtpCapabilities } = house.engine;
      const { transport } = await peer.listen({ rtpCapabilities, hearing: 'slots' });
      return (transport.transportId as string) === 'far' ? 'far' : 'here';
    };
    expect(await listen()).toBe('here');
    expect(await listen()).toBe('far');
    leave();
    expect(await listen()).toBe('here');
  });
});
