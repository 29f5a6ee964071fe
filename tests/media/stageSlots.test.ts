import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRtp } from '#server/domain/rtp.ts';
import { SILENCE_20_MS } from '#server/domain/opusFrames.ts';
import { decode, likeness, Receiver } from '#tests/support/receiver.ts';
import { everyFrame, StageHouse, type DirectMicrophone } from '#tests/support/stageHouse.ts';
import { encodeVoice, syntheticVoice } from '#tests/support/syntheticVoice.ts';

const VOICE = encodeVoice(syntheticVoice({ pitchHz: 140, seconds: 1.5 }));
const SPEECH = VOICE[40] as Uint8Array;
const DTX = SPEECH.subarray(0, 1);
/** What Chromium makes of digital silence. */
const SILENCE = SPEECH.subarray(0, 35);

let house: StageHouse;
beforeEach(async () => {
  house = await StageHouse.open(2);
});
afterEach(() => house.close());

async function microphones(count: number): Promise<DirectMicrophone[]> {
  const opened = await Promise.all(Array.from({ length: count }, () => house.openMicrophone()));
  for (const { producer } of opened) house.slots.add(producer);
  return opened;
}

/** Speaks until its voice is in a slot: taps take a moment to begin. */
async function speakUntilHeard(microphone: DirectMicrophone): Promise<void> {
  await everyFrame((index) => {
    microphone.send(SPEECH);
    return index < 200 && !house.told.at(-1)?.includes(microphone.id);
  });
  expect(house.told.at(-1)).toContain(microphone.id);
}

describe('the slots of a stage', () => {
  it.each([
    { frames: 1, packets: VOICE.length },
    { frames: 3, packets: 36 },
  ] as const)(
    '[KT1] are heard as their holder speaks, with $frames frames a packet',
    async ({ frames, packets }) => {
      const [ana] = (await microphones(1)) as [DirectMicrophone];
      house.slots.watch();
      house.slots.setFramesPerPacket(frames);
      const receiver = new Receiver();
      await house.listen(0, (packet) => receiver.take(packet));
      await everyFrame((index) => {
        const packet = VOICE[index];
        if (packet) ana.send(packet);
        return index < VOICE.length + 5;
      });
      const { samples, concealed } = receiver.decode();
      expect(concealed).toBe(0);
      expect(likeness(samples, decode(VOICE), 5)).toBeGreaterThan(0.95);
      expect(receiver.packets.length).toBeLessThanOrEqual(packets);
      expect(receiver.packets.length).toBeGreaterThan(VOICE.length / frames - 5);
    },
  );

  it('[KT2] cost nothing before somebody listens', async () => {
    const [ana] = (await microphones(1)) as [DirectMicrophone];
    const consumers = async () =>
      Object.keys((await house.router.dump()).mapConsumerIdProducerId).length;
    expect(await consumers()).toBe(0);
    house.slots.watch();
    house.slots.watch();
    await speakUntilHeard(ana);
    expect(await consumers()).toBe(1);
  });

  it('[KT3] are told of who is in them, also when a microphone closes', async () => {
    const [ana, beto] = (await microphones(2)) as [DirectMicrophone, DirectMicrophone];
    house.slots.watch();
    await speakUntilHeard(ana);
    await speakUntilHeard(beto);
    ana.producer.close();
    expect(house.told).toEqual([
      [ana.id, null],
      [ana.id, beto.id],
      [null, beto.id],
    ]);
  });

  it('[KT4] are free at once for others where somebody is muted', async () => {
    const [ana, beto, carla] = (await microphones(3)) as DirectMicrophone[];
    house.slots.watch();
    await speakUntilHeard(ana!);
    await everyFrame((index) => {
      ana!.send(SPEECH);
      beto!.send(SPEECH);
      return index < 5;
    });
    await ana!.producer.pause();
    await everyFrame((index) => {
      beto!.send(SPEECH);
      carla!.send(SPEECH);
      return index < 3;
    });
    expect(house.told.at(-1)).toEqual([carla!.id, beto!.id]);
  });

  it('[KT5] have a new voice within 120 ms of its first word where a holder is silent', async () => {
    const people = await microphones(4);
    house.slots.watch();
    let spokenMs = NaN;
    const waitsMs: number[] = [];
    for (const slot of [0, 1]) {
      await house.listen(slot, (packet) => {
        const payload = parseRtp(packet)?.payload;
        if (payload?.byteLength !== SPEECH.byteLength || Number.isNaN(spokenMs)) return;
        waitsMs.push(performance.now() - spokenMs);
        spokenMs = NaN;
      });
    }
    await speakUntilHeard(people[0]!);
    // Each says a word of 100 ms in turn, after 240 ms of silence, while the others send what is sent in silence.
    await everyFrame((index) => {
      const [turn, at] = [Math.floor(index / 17), index % 17];
      for (const [who, person] of people.entries()) {
        if (who !== turn % 4 || at < 12) person.send(at === 0 ? SILENCE : DTX, { dBov: -127 });
        else {
          if (at === 12) spokenMs = performance.now();
          person.send(SPEECH);
        }
      }
      return turn < 12;
    });
    waitsMs.sort((one, other) => one - other);
    expect(waitsMs.length).toBeGreaterThanOrEqual(11);
    expect(waitsMs.at(-2)).toBeLessThan(120);
  });

  it('[KT6] are not won with claims over silence, nor harmed by garbage', async () => {
    const [ana, loud] = (await microphones(2)) as [DirectMicrophone, DirectMicrophone];
    const mute = await house.openMicrophone({ saysLevel: false });
    house.slots.add(mute.producer);
    house.slots.watch();
    await speakUntilHeard(ana);
    await everyFrame((index) => {
      ana.send(SPEECH);
      loud.send([DTX, SILENCE, SILENCE_20_MS][index % 3] as Uint8Array, { dBov: 0 });
      mute.send(Uint8Array.from({ length: index % 7 }, (_, at) => 0xff - at * index));
      return index < 50;
    });
    expect(house.told).toEqual([[ana.id, null]]);
  });

  it('[KT7] leave those who hear microphones all of a few, and the loudest of more', async () => {
    const told: (readonly string[])[] = [];
    house.slots.onAudible(2, (audible) => told.push([...audible]));
    const [ana, beto, carla] = (await microphones(3)) as DirectMicrophone[];
    expect(told.at(-1)).toEqual([ana!.id, beto!.id]);
    await everyFrame((index) => {
      ana!.send(SPEECH);
      carla!.send(SPEECH);
      return index < 200 && !told.at(-1)?.includes(carla!.id);
    });
    expect(new Set(told.at(-1))).toEqual(new Set([ana!.id, carla!.id]));
    ana!.producer.close();
    expect(new Set(told.at(-1))).toEqual(new Set([beto!.id, carla!.id]));
    expect(house.told).toEqual([]);
  });

  it('[KT8] stay with who speaks in them when this process has stood still', async () => {
    const [ana, beto, carla] = (await microphones(3)) as DirectMicrophone[];
    house.slots.watch();
    await speakUntilHeard(ana!);
    await speakUntilHeard(beto!);
    const told = house.told.length;
    await everyFrame((index) => {
      if (index === 25) standStill(400);
      for (const microphone of [carla!, ana!, beto!]) microphone.send(SPEECH);
      return index < 60;
    });
    expect(house.told.length).toBe(told);
  });
});

function standStill(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
