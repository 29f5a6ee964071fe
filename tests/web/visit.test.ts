import { expect, it } from 'vitest';
import type { ConsumerOptions } from '#protocol';
import { settled } from '#tests/support/fakes.ts';
import type { MediaSide } from '#web/client/mediaSide.ts';
import { Visit } from '#web/client/visit.ts';
import { WayIn } from '#web/client/wayIn.ts';

it('[LW5] what is announced before there is a media side waits for it', async () => {
  const visit = new Visit(null);
  const consumed: unknown[] = [];
  let isDone = false;
  const announced = visit.consume({} as ConsumerOptions).then(() => (isDone = true));
  await settled();
  expect(isDone).toBe(false);
  visit.media = { consume: async (it: unknown) => consumed.push(it) } as unknown as MediaSide;
  await announced;
  expect(consumed).toEqual([{}]);
});

it('[LW5] what is announced before there is a way in waits until it is opened, or refused', async () => {
  const device = Promise.withResolvers<never>();
  const wayIn = new WayIn({
    signaling: { request: async () => ({}) as never },
    device: () => device.promise,
    listening: undefined,
  });
  await wayIn.settle();
  const opening = wayIn.open({ onState: () => {} }).catch(() => 'refused');
  let isSettled = false;
  const settling = wayIn.settle().then(() => (isSettled = true));
  await settled();
  expect(isSettled).toBe(false);
  device.reject(new Error('no sound here'));
  await settling;
  expect(await opening).toBe('refused');
});
