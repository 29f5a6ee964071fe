import { setTimeout as delay } from 'node:timers/promises';
import { Lab } from '#tests/support/network/lab.ts';
import type { Person } from '#tests/support/person.ts';
import { gapsSince, listenForGaps } from '#tests/support/soundGaps.ts';
import { enterRoom, roomLink } from '#tests/support/visit.ts';
import { lackingForNetworks } from '../../scripts/test/network.mjs';
import { spread } from './figures.ts';

const CHANGES = 20;
/** Between changes: long enough for sound to be back and to be measured. */
const BETWEEN_MS = 9_000;
const ANA_HZ = 440;
const BETO_HZ = 1_000;

/** How long sound is gone, both ways, when a client's address is replaced by another: two browsers, each in a network of its own. */
export async function measureNetworkChange(): Promise<string> {
  const lacking = lackingForNetworks();
  if (lacking !== null) return `not measured: ${lacking}`;
  const lab = await Lab.open();
  const people: Person[] = [];
  try {
    await lab.startServer();
    const [home, road] = [await lab.client('ana'), await lab.client('beto')];
    const [ana, beto] = [
      await home.browser({ voiceHz: ANA_HZ }),
      await road.browser({ voiceHz: BETO_HZ }),
    ];
    people.push(ana, beto);
    const room = await lab.createRoom('Sala');
    await enterRoom(ana, roomLink(lab.url, room, 'moderator'), 'Ana');
    await enterRoom(beto, roomLink(lab.url, room, 'speaker'), 'Beto');
    await Promise.all([ana.hears(BETO_HZ), beto.hears(ANA_HZ)]);
    await Promise.all(people.map((person) => listenForGaps(person)));
    const [heardByAna, heardByBeto]: [number[], number[]] = [[], []];
    for (let change = 0; change < CHANGES; change += 1) {
      const sinceMs = Date.now();
      await road.changeAddress();
      await delay(BETWEEN_MS);
      heardByAna.push((await gapsSince(ana, sinceMs))[0] ?? NaN);
      heardByBeto.push((await gapsSince(beto, sinceMs))[0] ?? NaN);
    }
    return `without who moved ${spread(heardByAna, 'ms')}; whoever moved hears nothing for ${spread(heardByBeto, 'ms')}`;
  } finally {
    await Promise.all(people.map((person) => person.close()));
    await lab.close();
  }
}
