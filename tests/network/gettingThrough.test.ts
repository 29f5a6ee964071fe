import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RTC_PORT, SERVER_ADDRESS, Lab } from '#tests/support/network/lab.ts';
import type { LabClient } from '#tests/support/network/labClient.ts';
import { keepConnections, pathsOf, type Path } from '#tests/support/network/paths.ts';
import type { Person } from '#tests/support/person.ts';
import { enterRoom, roomLink, sayPhrase, seesPhrase } from '#tests/support/visit.ts';

const SECRET = 'kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ';
const ANA_HZ = 440;
const BETO_HZ = 1_000;
const STRAIGHT: Path = { relay: null, protocol: 'udp', remote: `${SERVER_ADDRESS}:${RTC_PORT}` };

describe('two people, each behind a network of their own', () => {
  let lab: Lab;
  let turnUrls: Record<'udp' | 'tcp' | 'tls', string>;
  let [anaAtHome, betoAtWork] = [] as unknown as [LabClient, LabClient];
  let [ana, beto] = [] as unknown as [Person, Person];

  beforeAll(async () => {
    lab = await Lab.open();
    const coturn = await lab.startTurn({ secrets: [SECRET] });
    turnUrls = { udp: coturn.url('udp'), tcp: coturn.url('tcp'), tls: coturn.url('tls') };
    [anaAtHome, betoAtWork] = [await lab.client('ana'), await lab.client('beto')];
  });
  afterAll(() => lab?.close());

  beforeEach(async () => {
    [ana, beto] = await Promise.all([
      anaAtHome.browser({ voiceHz: ANA_HZ }),
      betoAtWork.browser({ voiceHz: BETO_HZ }),
    ]);
  });
  afterEach(async () => {
    await Promise.all([ana, beto].map((person) => person?.close()));
    await Promise.all([anaAtHome, betoAtWork].map((client) => client.heal()));
  });

  /** A room in which both are; how long it was from the second's entrance to sound both ways is told. */
  async function meet(
    policy: 'all' | 'relay',
    environment: Record<string, string> = {},
    stay: () => Promise<void> = async () => {},
  ) {
    const secret = 'TURN_URLS' in environment ? { TURN_SECRET: SECRET } : {};
    const server = await lab.startServer({ environment: { ...environment, ...secret } });
    try {
      const room = await lab.createRoom('Sala');
      await Promise.all([ana, beto].map((person) => keepConnections(person, policy)));
      await enterRoom(ana, roomLink(lab.url, room, 'moderator'), 'Ana');
      await enterRoom(beto, roomLink(lab.url, room, 'speaker'), 'Beto');
      const startedMs = performance.now();
      await Promise.all([ana.hears(BETO_HZ), beto.hears(ANA_HZ)]);
      const heardMs = Math.round(performance.now() - startedMs);
      await sayPhrase(ana, 'Te escucho');
      await sayPhrase(beto, 'Yo también');
      await seesPhrase(beto, 'Te escucho');
      await seesPhrase(ana, 'Yo también');
      // While a network changes a browser says that it finds nobody.
      expect([...ana.complaints, ...beto.complaints]).toEqual([]);
      await stay();
      const paths = { ana: await pathsOf(ana), beto: await pathsOf(beto) };
      console.log(`heard after ${heardMs} ms`, JSON.stringify(paths));
      for (const person of [ana, beto]) expect((await person.notes()).violations).toEqual([]);
      return paths;
    } finally {
      await server.cleanUp();
    }
  }

  it('[NW1] talk where there is no route from one to the other', async () => {
    expect(await anaAtHome.knock(SERVER_ADDRESS, 443)).toBe('connect');
    // With a route it would be refused. The router does not tell everybody each time that there is none.
    expect(['ENETUNREACH', 'silence']).toContain(await anaAtHome.knock(betoAtWork.address, 443));
    const { ana, beto } = await meet('all');
    expect(ana).toEqual([STRAIGHT, STRAIGHT]);
    expect(beto).toEqual([STRAIGHT, STRAIGHT]);
  });

  it('[NW2] talk over TCP with the server where UDP is blocked, without a relay', async () => {
    await anaAtHome.blockUdp();
    const { ana, beto } = await meet('all');
    const overTcp = { ...STRAIGHT, protocol: 'tcp' };
    expect(ana).toEqual([overTcp, overTcp]);
    expect(beto).toEqual([STRAIGHT, STRAIGHT]);
  });

  it.each(['udp', 'tcp', 'tls'] as const)(
    '[NW3] talk through a relay that is reached over %s, where nothing else may be used',
    async (transport) => {
      const { ana, beto } = await meet('relay', { TURN_URLS: turnUrls[transport] });
      const relayed = { ...STRAIGHT, relay: transport };
      expect([...ana, ...beto]).toEqual([relayed, relayed, relayed, relayed]);
    },
  );

  it('[NW4] talk through the port for TLS where a firewall lets nothing else through', async () => {
    await anaAtHome.blockAllButHttps();
    const TURN_URLS = Object.values(turnUrls).join(',');
    const { ana, beto } = await meet('all', { TURN_URLS });
    const relayed = { ...STRAIGHT, relay: 'tls' };
    expect(ana).toEqual([relayed, relayed]);
    expect(beto).toEqual([STRAIGHT, STRAIGHT]);
  });

  it('[NW5] talk on through a relay when their network is another one, and then another one', async () => {
    const TURN_URLS = [turnUrls.udp, turnUrls.tls].join(',');
    const { ana: paths } = await meet('relay', { TURN_URLS }, async () => {
      const hearEachOther = () => Promise.all([ana.hears(BETO_HZ), beto.hears(ANA_HZ)]);
      for (let change = 1; change <= 2; change += 1) {
        const changedMs = performance.now();
        await anaAtHome.changeAddress();
        await beto.hearsNothing();
        // What was not noticed at once takes longer, on a busy machine longer than one listens.
        await hearEachOther().catch(hearEachOther);
        console.log(`heard again ${Math.round(performance.now() - changedMs)} ms after a change`);
      }
    });
    for (const { relay } of paths) expect(relay).not.toBeNull();
  });
});
