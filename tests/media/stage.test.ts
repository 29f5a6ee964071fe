import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { rtpParameters, sctpStream } from '#tests/support/builders.ts';
import { FakeRecorder } from '#tests/support/fakeRecorder.ts';
import { MediaHouse } from '#tests/support/mediaRoom.ts';
import { Obstinate } from '#tests/support/obstinate.ts';

/** Long enough for what was on its way, and as many packets as were passed on before. */
const AFTER_MS = 300;
const QUIET_MS = 200;
const PACKETS = 50;

async function enter() {
  const house = await MediaHouse.open(new FakeRecorder());
  onTestFinished(() => house.close());
  const dora = new Obstinate(house);
  onTestFinished(() => dora.rest());
  const mia = await house.enter('moderator', 'Mía');
  await dora.peer.request('join', {});
  const passesOn = () =>
    expect.poll(() => dora.passedOn, { timeout: 5_000 }).toBeGreaterThan(PACKETS);
  const passesNothing = async () => {
    await delay(AFTER_MS);
    const before = dora.passedOn;
    await delay(QUIET_MS);
    expect(dora.passedOn).toBe(before);
  };
  return { mia, dora, passesOn, passesNothing };
}

it('[FO13] passes nothing on of who was taken off the stage and goes on sending, and does so again when they are back', async () => {
  const { mia, dora, passesOn, passesNothing } = await enter();
  const { peerId } = dora;
  for (let round = 0; round < 2; round += 1) {
    await dora.send();
    await passesOn();
    await mia.request('setRole', { peerId, role: 'audience' });
    await passesNothing();
    dora.rest();
    await mia.request('giveFloor', { peerId });
    await dora.peer.request('answerFloor', { accept: true });
  }
});

it('[FO14] makes nothing of what the worker was asked for by who left the stage meanwhile, though they are back', async () => {
  const { mia, dora, passesOn } = await enter();
  const { peer, peerId } = dora;
  const leaveAndComeBack = async () => {
    await mia.request('setRole', { peerId, role: 'audience' });
    await mia.request('giveFloor', { peerId });
    await peer.request('answerFloor', { accept: true });
  };
  const made = [
    () => peer.request('produce', { rtpParameters: rtpParameters(), muted: false, mutes: 0 }),
    () => peer.request('produceData', { sctpStreamParameters: sctpStream() }),
  ];
  for (const make of made) {
    await peer.request('createTransport', {});
    // No answer of a worker comes between these: it is asked to make it, and to end the way out.
    const [asked] = await Promise.allSettled([make(), leaveAndComeBack()]);
    expect(asked).toMatchObject({ status: 'rejected', reason: { code: 'WRONG_STATE' } });
  }
  await dora.send();
  await passesOn();
});

it('[MT8] passes nothing on of who was muted by a moderator and goes on sending, until they know and open it', async () => {
  const { mia, dora, passesOn, passesNothing } = await enter();
  await dora.send();
  await passesOn();
  const open = (mutes: number) => dora.peer.request('setMuted', { muted: false, mutes });
  const { peerId } = dora;
  await Promise.allSettled([open(0), mia.request('mutePeer', { peerId }), open(0)]);
  await passesNothing();
  const before = dora.passedOn;
  await open(1);
  await expect.poll(() => dora.passedOn - before).toBeGreaterThan(PACKETS);
});
