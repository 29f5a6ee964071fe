import { expect, it } from 'vitest';
import type { PeerId } from '#protocol';
import { addressRates } from '#server/domain/addressRates.ts';
import { EntranceLimits } from '#server/domain/entranceLimits.ts';
import { RequestLimits } from '#server/domain/requestLimits.ts';

const CAMPUS = '192.0.2.1';
const SECONDS = 30;
/** Beside `join`, of which there is one each: acknowledgements are no requests, a late certificate is. */
const REQUESTS_EACH = 4;

it.each([5, 20, 100, 400])('[AJ1] %i a second come in through one address for long', (joins) => {
  const rates = addressRates(joins);
  const entrances = new EntranceLimits(() => 0.5, rates);
  const limits = new RequestLimits(() => 0.5, rates);
  let refused = 0;
  for (let came = 0; came < joins * SECONDS; came += 1) {
    const nowMs = (came * 1_000) / joins;
    const peerId = `peer-${String(came)}` as PeerId;
    if (entrances.take('enter', CAMPUS, nowMs) > 0) refused += 1;
    if (limits.knock(CAMPUS, nowMs) > 0) refused += 1;
    for (let asked = 0; asked < REQUESTS_EACH; asked += 1) {
      if (limits.request({ peerId, address: CAMPUS }, 'join', nowMs)) refused += 1;
    }
  }
  expect(refused).toBe(0);
});

it('[AJ2] leaves what an address may do as it is where few are to come', () => {
  expect([1, 5].map((joins) => addressRates(joins).knocks)).toEqual([
    { capacity: 300, perSecond: 100 },
    { capacity: 300, perSecond: 100 },
  ]);
  expect(addressRates(1).enter).toEqual({ capacity: 300, perSecond: 1 });
});
