import type { ConsumerOptions } from '#protocol';
import type { MediaRoom } from '#server/session/ports.ts';
import type { MediaGuest } from '#tests/support/mediaGuest.ts';
import { SfuHouse } from '#tests/support/sfuRoom.ts';
import { Tone } from '#tests/support/tone.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';

const SOON = { timeout: 10_000, interval: 20 };
/** Heard clearly, as a share of the sound's energy. */
const CLEAR = 0.8;

describe('ways into a room', () => {
  let house: SfuHouse;
  let room: MediaRoom;
  const tones: Tone[] = [];
  const play = (frequencyHz: number) => {
    const tone = Tone.playing(frequencyHz);
    tones.push(tone);
    return tone;
  };
  afterEach(async () => {
    for (const tone of tones.splice(0)) tone.close();
    await house.close();
  });

  it('[WY1] carry the slots of the stage to who only listens, with nothing asked after the first answer', async () => {
    house = await SfuHouse.open(1);
    room = await house.openRoom();
    const [ana, beto, carla] = [
      await house.enter(room),
      await house.enter(room),
      await house.enter(room),
    ];
    await carla.listen('slots');
    const low = await ana.speak(play(440));
    const high = await beto.speak(play(1_000));
    await vi.waitFor(() => {
      const [first, second] = [house.holders.indexOf(low), house.holders.indexOf(high)];
      expect(carla.shareOf(first, 440)).toBeGreaterThan(CLEAR);
      expect(carla.shareOf(second, 1_000)).toBeGreaterThan(CLEAR);
    }, SOON);
    expect([...carla.heard.keys()]).toEqual(['voice', 0, 1, 2]);
  });

  it('[WY14] lead no voice to anybody where the server never speaks', async () => {
    house = await SfuHouse.open(1, { hasVoice: false, slots: 1 });
    room = await house.openRoom();
    const { peer } = await house.enter(room);
    const { rtpCapabilities } = house.engine;
    const { consumers } = await peer.listen({ rtpCapabilities, hearing: 'slots' });
    expect(consumers.map(({ slot }) => slot)).toEqual([0]);
  });

  it('[WY2] change between slots and microphones at once, with no gap and nothing heard twice', async () => {
    house = await SfuHouse.open(1);
    room = await house.openRoom();
    const [ana, beto] = [await house.enter(room), await house.enter(room)];
    await beto.listen('slots');
    const producerId = await ana.speak(play(440));
    await vi.waitFor(() => expect(beto.shareOf(0, 440)).toBeGreaterThan(CLEAR), SOON);

    const { peerId } = ana;
    const direct = await beto.peer.consume({ producerId, peerId, paused: true });
    await beto.take(direct);
    await beto.peer.resumeConsumer(direct.consumerId);
    expect(beto.shareOf(producerId, 440)).toBe(0);
    const [slot, microphone] = [beto.heard.get(0), beto.heard.get(producerId)] as [Tone, Tone];
    slot.takeLongestQuietMs();
    await beto.peer.hear('microphones');
    await vi.waitFor(() => {
      expect(beto.shareOf(producerId, 440)).toBeGreaterThan(CLEAR);
      expect(slot.loudness).toBeLessThan(0.01);
    }, SOON);
    // One begins as the other ends: some packets, and what a jitter buffer holds of the old one.
    const beganMs = microphone.firstHeardMs as number;
    expect(Math.abs(beganMs - slot.lastHeardMs)).toBeLessThan(400);

    await beto.peer.hear('slots');
    await vi.waitFor(() => {
      expect(beto.shareOf(0, 440)).toBeGreaterThan(CLEAR);
      expect(microphone.loudness).toBeLessThan(0.01);
    }, SOON);
  });

  it('[WY3] have the slots announced later to who began on the stage, once', async () => {
    house = await SfuHouse.open(1);
    room = await house.openRoom();
    const [ana, beto, carla] = [
      await house.enter(room),
      await house.enter(room),
      await house.enter(room),
    ];
    await beto.listen('microphones');
    await ana.speak(play(440));
    const slots: ConsumerOptions[] = await beto.peer.consumeSlots();
    expect(slots.map(({ slot }) => slot)).toEqual([0, 1, 2]);
    expect(await beto.peer.consumeSlots()).toEqual([]);
    for (const slot of slots) await beto.take(slot);
    await beto.peer.hear('slots');
    // Those that nobody has built are not sent.
    const [first, ...others] = slots as [ConsumerOptions, ...ConsumerOptions[]];
    for (const { consumerId } of others) await beto.peer.resumeConsumer(consumerId);
    await carla.listen('slots');
    await vi.waitFor(() => expect(carla.shareOf(0, 440)).toBeGreaterThan(CLEAR), SOON);
    expect(beto.heard.get(0)?.firstHeardMs).toBeNull();
    await beto.peer.resumeConsumer(first.consumerId);
    await vi.waitFor(() => expect(beto.shareOf(0, 440)).toBeGreaterThan(CLEAR), SOON);
  });

  it('[WY4] send on the loudest only of more microphones than can be heard at once', async () => {
    house = await SfuHouse.open(1, { audible: 1 });
    room = await house.openRoom();
    const [ana, beto, carla] = [
      await house.enter(room),
      await house.enter(room),
      await house.enter(room),
    ];
    await carla.listen('microphones');
    const voices = [
      { hz: 440, guest: ana, tone: play(440) },
      { hz: 1_000, guest: beto, tone: play(1_000) },
    ];
    const heard: { guest: MediaGuest; share(): number; loudness(): number }[] = [];
    for (const { hz, guest, tone } of voices) {
      const producerId = await guest.speak(tone);
      const { peerId } = guest;
      await carla.take(await carla.peer.consume({ producerId, peerId, paused: false }));
      const loudness = () => carla.heard.get(producerId)?.loudness ?? 0;
      heard.push({ guest, share: () => carla.shareOf(producerId, hz), loudness });
    }
    const [first, other] = await vi.waitFor(() => {
      const [one, two] = heard.toSorted((a, b) => b.share() - a.share());
      expect(one?.share()).toBeGreaterThan(CLEAR);
      expect(two?.loudness()).toBeLessThan(0.01);
      return [one, two];
    }, SOON);
    // The one that was held back is heard when it alone speaks.
    await first?.guest.peer.setMuted(true);
    await vi.waitFor(() => expect(other?.share()).toBeGreaterThan(CLEAR), SOON);
    expect(carla.closed).toEqual([]);
  });

  it('[WY5] lead over another worker when the first has enough, and each Producer is piped there once', async () => {
    house = await SfuHouse.open(2, { bounds: { consumers: 1, cpu: 100 } });
    room = await house.openRoom();
    const [ana, beto, carla, dora] = [
      await house.enter(room),
      await house.enter(room),
      await house.enter(room),
      await house.enter(room),
    ];
    await beto.listen('slots');
    const producerId = await ana.speak(play(440));
    // Two at the same moment: one branch, one pipe.
    await Promise.all([carla.listen('slots'), dora.listen('microphones')]);
    const { peerId } = ana;
    await dora.take(await dora.peer.consume({ producerId, peerId, paused: false }));
    for (const guest of [beto, carla]) {
      await vi.waitFor(() => expect(guest.shareOf(0, 440)).toBeGreaterThan(CLEAR), SOON);
    }
    await vi.waitFor(() => expect(dora.shareOf(producerId, 440)).toBeGreaterThan(CLEAR), SOON);
    room.broadcastPhrase({ seq: 1 } as never);
    for (const guest of [beto, carla, dora]) {
      await vi.waitFor(() => expect(guest.phrases).toEqual(['{"seq":1}']), SOON);
    }
    expect(house.routers).toHaveLength(2);
    const [home, branch] = house.routers;
    expect(home?.piped).toEqual([]);
    expect(branch?.piped.toSorted()).toEqual([...new Set(branch?.piped)].toSorted());
    // Three slots, the voice and one microphone.
    expect(branch?.piped).toHaveLength(5);

    ana.peer.closeMicrophone();
    await vi.waitFor(() => expect(dora.closed).toHaveLength(1), SOON);
    carla.close();
    expect(branch?.router.closed).toBe(false);
    dora.close();
    expect(branch?.router.closed).toBe(true);
  });

  it('[WY6] are lost with their worker for those who had them there, and for nobody else', async () => {
    house = await SfuHouse.open(2, { bounds: { consumers: 1, cpu: 100 } });
    room = await house.openRoom();
    const [ana, beto, carla] = [
      await house.enter(room),
      await house.enter(room),
      await house.enter(room),
    ];
    await beto.listen('slots');
    await carla.listen('slots');
    await ana.speak(play(440));
    await vi.waitFor(() => expect(carla.shareOf(0, 440)).toBeGreaterThan(CLEAR), SOON);
    const [, second] = house.pool.pids;
    process.kill(second as number, 'SIGKILL');
    await vi.waitFor(() => expect(carla.lost).toBe(1), SOON);
    expect(house.deaths).toBe(0);
    expect(beto.lost).toBe(0);
    // Somewhere there is room for them again.
    await carla.listen('slots');
    await vi.waitFor(() => expect(carla.shareOf(0, 440)).toBeGreaterThan(CLEAR), SOON);
    expect(beto.shareOf(0, 440)).toBeGreaterThan(CLEAR);
  });

  it('[WY7] end with the home worker as the whole room does, and nobody is told twice', async () => {
    house = await SfuHouse.open(2, { bounds: { consumers: 1, cpu: 100 } });
    room = await house.openRoom();
    const [beto, carla] = [await house.enter(room), await house.enter(room)];
    await beto.listen('slots');
    await carla.listen('slots');
    const [first] = house.pool.pids;
    process.kill(first as number, 'SIGKILL');
    await vi.waitFor(() => expect(house.deaths).toBe(1), SOON);
    expect([beto.lost, carla.lost]).toEqual([0, 0]);
    expect(house.routers[1]?.router.closed).toBe(true);
  });
});
