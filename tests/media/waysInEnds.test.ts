import type { ProtocolError } from '#protocol';
import { SfuHouse } from '#tests/support/sfuRoom.ts';
import { Tone } from '#tests/support/tone.ts';
import type { Producer, Router, Transport } from 'mediasoup/types';
import { afterEach, describe, expect, it, vi } from 'vitest';

const SOON = { timeout: 10_000, interval: 20 };
/** The home worker has enough with one Consumer; nothing is brought to another one before it is asked for. */
const ONE_AT_HOME = { bounds: { consumers: 1, cpu: 100 }, hasVoice: false };

/** What a Router's worker has to tell is told before it answers; mediasoup hands it on a turn later. */
async function allTold(router: Router): Promise<void> {
  await router.dump();
  await new Promise(setImmediate);
}

describe('ways in that end while something is asked of them', () => {
  let house: SfuHouse;
  const tone = Tone.playing(440);
  afterEach(() => house.close());

  /** Somebody speaks; somebody listens at home, and somebody else over another worker. */
  async function openTwoWorkers() {
    house = await SfuHouse.open(2, ONE_AT_HOME);
    const room = await house.openRoom();
    const [ana, beto, carla] = [
      await house.enter(room),
      await house.enter(room),
      await house.enter(room),
    ];
    await beto.listen('slots');
    await carla.listen('microphones');
    const producerId = await ana.speak(tone);
    const { peerId } = ana;
    const consume = () => carla.peer.consume({ producerId, peerId, paused: false });
    const [home, branch] = house.routers.map(({ router }) => router) as [Router, Router];
    return { ana, carla, producerId, consume, home, branch };
  }

  it('[WY16] leave nothing behind of what was being made when they were closed', async () => {
    house = await SfuHouse.open(1);
    const { load, router } = await house.pool.createRouter(() => {});
    router.close();
    const room = await house.openRoom();
    const ana = await house.enter(room);
    const producerId = await ana.speak(tone);
    const { peer } = await house.enter(room);
    const { rtpCapabilities } = house.engine;
    await peer.listen({ rtpCapabilities, hearing: 'microphones' });
    const asked = peer.consume({ producerId, peerId: ana.peerId, paused: false });
    // Consumers are asked of the worker a turn later.
    await new Promise(process.nextTick);
    peer.close();
    await expect(asked).rejects.toMatchObject({
      code: 'NOT_FOUND',
    } satisfies Partial<ProtocolError>);
    expect(load.consumers).toBe(0);
  });

  it('[WY17] are lost with their worker alone, also where a microphone is being muted there', async () => {
    const { ana, carla, consume, home } = await openTwoWorkers();
    await consume();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const [, second] = house.pool.pids as [number, number];
    process.kill(second, 'SIGSTOP');
    await ana.peer.setMuted(true);
    await allTold(home);
    process.kill(second, 'SIGKILL');
    await vi.waitFor(() => expect(carla.lost).toBe(1), SOON);
    await new Promise(setImmediate);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('[WY18] have nothing of a microphone that is muted and closed while it is brought to them', async () => {
    const { ana, producerId, consume, home, branch } = await openTwoWorkers();
    branch.observer.on('newtransport', (transport: Transport) => {
      const produce = transport.produce.bind(transport);
      transport.produce = async (options) => {
        await ana.peer.setMuted(true);
        const producer = await produce(options);
        closeOncePaused(producer as Producer);
        return producer as never;
      };
    });
    function closeOncePaused(producer: Producer): void {
      const pause = producer.pause.bind(producer);
      producer.pause = async () => {
        await pause();
        ana.peer.closeMicrophone();
        await allTold(home);
      };
    }
    await expect(consume()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await vi.waitFor(async () => {
      const { mapProducerIdConsumerIds } = await branch.dump();
      expect(JSON.stringify(mapProducerIdConsumerIds)).not.toContain(producerId);
    }, SOON);
  });
});
