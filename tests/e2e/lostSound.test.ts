import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { expectAccessible } from '#tests/support/accessible.ts';
import { Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import {
  createRoom,
  enterRoom,
  isTold,
  roomLink,
  sayPhrase,
  seesPhrase,
} from '#tests/support/visit.ts';

describe('sound that arrives too broken up to be understood', () => {
  let server: ServerProcess;
  let [ana, beto] = [] as unknown as [Person, Person];

  beforeAll(async () => {
    server = await ServerProcess.start({ speaks: true });
    const room = await createRoom(server.url, 'Sala');
    [ana, beto] = await Promise.all([Person.open({ voiceHz: 440 }), Person.open()]);
    await beto.page.addInitScript(losesPackets);
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
    await beto.hears(440);
  });
  afterAll(async () => {
    await Promise.all([ana, beto].map((person) => person?.close()));
    await server.cleanUp();
  });

  it('[EQ9] is told in words, and phrases go on in writing and in the live region', async () => {
    await beto.page.evaluate(() => Reflect.set(globalThis, 'coraLoses', true));
    await beto.page.getByText('El sonido llega demasiado entrecortado').last().waitFor();
    const announcer = beto.page.getByTestId('announcer');
    expect(await announcer.innerText()).toContain('El sonido llega demasiado entrecortado');
    await beto.picture('sound-lossy');
    await expectAccessible(beto);
    // This browser has no voice of its own.
    await sayPhrase(ana, '¿Me lees?');
    await seesPhrase(beto, '¿Me lees?');
    await announcer.getByText('Ana dice: ¿Me lees?').waitFor();
    await beto.page.getByRole('button', { name: 'No leerlas en voz alta' }).click();
    await beto.page.getByRole('button', { name: 'Leerlas en voz alta', exact: true }).click();
  });

  it('[EQ10] is back by itself, and how much was missed is told', async () => {
    await beto.page.evaluate(() => Reflect.set(globalThis, 'coraLoses', false));
    await isTold(beto, /Volvió el sonido\. Te perdiste \d+\ss/);
    await beto.picture('sound-back');
    const banner = beto.page.locator('.banner');
    await banner.waitFor({ state: 'detached' });
  });
});

/** Ana, who is heard, and Beto, in whose page `hindrance` runs first; until the test is over. */
async function meet(hindrance: () => void): Promise<[ana: Person, beto: Person]> {
  const server = await ServerProcess.start({ speaks: true });
  const [ana, beto] = await Promise.all([Person.open({ voiceHz: 440 }), Person.open()]);
  onTestFinished(async () => {
    await Promise.all([ana, beto].map((person) => person.close()));
    await server.cleanUp();
  });
  const room = await createRoom(server.url, 'Sala');
  await beto.page.addInitScript(hindrance);
  await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
  await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
  return [ana, beto];
}

describe('a phrase channel that does not open', () => {
  it('[EQ12] has phrases go over the socket, both ways, and says so quietly', async () => {
    const [ana, beto] = await meet(opensNoChannel);
    const words = 'Las frases van por otro camino: todo llega igual.';
    await beto.page.locator('.banner').getByText(words).waitFor();
    await sayPhrase(beto, 'Voy por el zócalo');
    await seesPhrase(ana, 'Voy por el zócalo');
    await sayPhrase(ana, 'Te leo');
    await seesPhrase(beto, 'Te leo');
    await beto.hears(440);
    await beto.picture('phrases-other-way');
    await expectAccessible(beto);
  });
});

describe('a network that lets no sound through', () => {
  it('[EQ13] is said so, has the room go on in writing, and gives sound back by itself', async () => {
    const [ana, beto] = await meet(findsNoWay);
    await beto.page.getByText('Tu red no deja pasar el sonido').last().waitFor();
    await sayPhrase(beto, 'Los leo, pero no los oigo');
    await seesPhrase(ana, 'Los leo, pero no los oigo');
    await sayPhrase(ana, 'Entendido');
    await seesPhrase(beto, 'Entendido');
    // Nobody left: the roster stands.
    await ana.page.getByText('2 hablan').waitFor();
    await beto.page.getByRole('button', { name: /^No te oyen/ }).waitFor();
    await beto.picture('sound-blocked');
    await expectAccessible(beto);

    await beto.page.evaluate(() => Reflect.set(globalThis, 'coraHasNoWay', false));
    await beto.page
      .getByRole('listitem')
      .filter({ hasText: /Volvió el sonido/ })
      .first()
      .waitFor({ timeout: 60_000 });
    await beto.hears(440);
    await beto.page.locator('.banner').waitFor({ state: 'detached' });
  });
});

/** Runs in the page before its scripts: connections may go by a relay only, and there is none. */
function findsNoWay(): void {
  Object.assign(globalThis, { coraHasNoWay: true });
  const { RTCPeerConnection: Real } = globalThis;
  globalThis.RTCPeerConnection = class extends Real {
    constructor(options: RTCConfiguration = {}) {
      const hasNoWay = Reflect.get(globalThis, 'coraHasNoWay') === true;
      super(hasNoWay ? { ...options, iceTransportPolicy: 'relay' } : options);
    }
  };
}

/** Runs in the page before its scripts: data channels stay in the state of opening for ever. */
function opensNoChannel(): void {
  const { createDataChannel } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createDataChannel = function (label, options) {
    // What the browsers agree on stays as it is; nobody is told what becomes of it.
    createDataChannel.call(this, label, options);
    const silent = { label, ...options, readyState: 'connecting', bufferedAmount: 0 };
    const deaf = Object.assign(new EventTarget(), { ...silent, close: () => {}, send: () => {} });
    return deaf as unknown as RTCDataChannel;
  };
}

/** Runs in the page before its scripts: its statistics say that two of three packets are lost. */
function losesPackets(): void {
  const { getStats } = RTCPeerConnection.prototype;
  const noted = new Map<string, { received: number; lost: number }>();
  RTCPeerConnection.prototype.getStats = async function (this: RTCPeerConnection) {
    const stats = await getStats.call(this);
    const reports = [...stats.values()].map(
      (report: { id: string; type: string; packetsReceived: number }) => {
        if (report.type !== 'inbound-rtp') return report;
        const before = noted.get(report.id) ?? { received: 0, lost: 0 };
        const more = report.packetsReceived - before.received;
        const lost = before.lost + (Reflect.get(globalThis, 'coraLoses') ? 2 * more : 0);
        noted.set(report.id, { received: report.packetsReceived, lost });
        return { ...report, packetsLost: lost };
      },
    );
    return new Map(reports.map((report, index) => [index, report])) as unknown as RTCStatsReport;
  } as typeof getStats;
}
