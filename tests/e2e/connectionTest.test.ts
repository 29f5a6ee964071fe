import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { PROBE_BYTES, type ConnectionTest, type Role, type RoomCreated } from '#protocol';
import { expectAccessible } from '#tests/support/accessible.ts';
import { Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { StrictProxy } from '#tests/support/strictProxy.ts';
import { createRoom, roomLink } from '#tests/support/visit.ts';
import { Wire } from '#tests/support/wire.ts';

const DTLS_DATA = 23;
/** Where nobody listens unless a test does: all of 127/8 is this machine. */
const ELSEWHERE = '127.0.0.2';
const VERDICT_MS = 30_000;
/** Choppy or not: a machine with too much to do is late with some packets. */
const SPEAK = /^Tu red te deja hablar( y escuchar\.|, aunque a ratos)/;
const LISTEN = /^Tu red te deja escuchar(\.|, aunque a ratos)/;

const verdict = ({ page }: Person, words: string | RegExp) =>
  page.getByTestId('network').getByRole('status').getByText(words).waitFor({ timeout: VERDICT_MS });

async function visit(url: string, room: RoomCreated, role: Role): Promise<Person> {
  const person = await Person.open();
  onTestFinished(() => person.close());
  await person.page.goto(roomLink(url, room, role));
  return person;
}

describe('the test of the network in the lobby', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  beforeAll(async () => {
    server = await ServerProcess.start();
    room = await createRoom(server.url, 'Clase de canto');
  });
  afterAll(() => server.cleanUp());

  it('[CT22] begins by itself for who may speak, and says that they can', async () => {
    const ana = await visit(server.url, room, 'speaker');
    await verdict(ana, SPEAK);
    await ana.page.getByText('Detalles para quien te ayude').click();
    const details = await ana.page.locator('details p').innerText();
    expect(details).toMatch(/^Sonido directo por UDP, ida y vuelta \d+ ms\. Se pierde el \d+\s?%/);
    await ana.picture('network-speak');
    await expectAccessible(ana);
    expect(ana.complaints).toEqual([]);
    expect((await ana.notes()).violations).toEqual([]);
  });

  it('[CT23] waits for a key of who only listens, and keeps its focus', async () => {
    const carla = await visit(server.url, room, 'audience');
    const button = carla.page.getByRole('button', { name: 'Probar mi conexión' });
    await button.focus();
    // Not hidden before it speaks, or it is not read out when it does.
    const status = carla.page.getByTestId('network').getByRole('status');
    expect(await status.allTextContents()).toEqual(['']);
    await carla.picture('network-listener');
    await carla.page.keyboard.press('Enter');
    await verdict(carla, LISTEN);
    const again = carla.page.getByRole('button', { name: 'Probar otra vez' });
    expect(await again.evaluate((it) => it === document.activeElement)).toBe(true);
    await expectAccessible(carla);
    expect((await carla.notes()).microphoneAsked).toBe(0);
  });

  it('[CT44] keeps the focus of who tries again from within the details', async () => {
    const ana = await visit(server.url, room, 'speaker');
    await verdict(ana, SPEAK);
    await ana.page.getByText('Detalles para quien te ayude').click();
    await ana.page.locator('details').getByRole('button', { name: 'Probar otra vez' }).focus();
    await ana.page.keyboard.press('Enter');
    const focused = () => ana.page.evaluate(() => document.activeElement?.textContent?.trim());
    await expect.poll(focused).toBe('Probando tu conexión…');
    await verdict(ana, SPEAK);
    expect(await focused()).toBe('Probar otra vez');
  });

  it('[CT45] blames no network for the page of a proxy whose Cora is away', async () => {
    const ana = await Person.open();
    onTestFinished(() => ana.close());
    const page = { status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' };
    await ana.page.route('**/connection-tests', (route) => route.fulfill(page));
    await ana.page.goto(roomLink(server.url, room, 'speaker'));
    await verdict(ana, 'La prueba no salió bien. Puedes entrar sin ella.');
  });

  it('[CT24] ends when one enters, who waits for nothing', async () => {
    const ana = await Person.open();
    onTestFinished(() => ana.close());
    await ana.page.addInitScript(keepConnections);
    // Never answered: this test would take as long as anybody has patience.
    await ana.page.route('**/connection-tests/*/connect', () => {});
    await ana.page.goto(roomLink(server.url, room, 'speaker'));
    await ana.page.getByLabel(/^Tu nombre/).fill('Ana');
    await ana.page.waitForRequest('**/connection-tests/*/connect');
    const before = await ana.page.evaluate(connectionStates);
    expect(before.filter((state) => state !== 'closed')).toHaveLength(2);
    await ana.page.getByRole('button', { name: 'Entrar', exact: true }).click();
    await ana.page.getByRole('region', { name: 'Controles' }).waitFor();
    const ofTest = async () => (await ana.page.evaluate(connectionStates)).slice(0, before.length);
    await expect.poll(ofTest, { timeout: 5_000 }).toEqual(before.map(() => 'closed'));
  });

  it('[CT25] says that a proxy without WebSocket lets nobody into a room', async () => {
    const proxy = await StrictProxy.open(server.url);
    onTestFinished(() => proxy.close());
    const ana = await visit(proxy.url, room, 'speaker');
    await verdict(ana, 'Tu red no te deja llegar a la sala.');
    await ana.page.getByText('Detalles para quien te ayude').click();
    await ana.page.getByText('No se abre un WebSocket con el servidor.').waitFor();
    await ana.picture('network-nothing');
  });
});

describe('the test of a network that hinders sound', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  /** The only way to the ports for sound, since the server says that it is elsewhere. */
  let wire: Wire;
  beforeAll(async () => {
    server = await ServerProcess.start({ environment: { ANNOUNCED_ADDRESS: ELSEWHERE } });
    room = await createRoom(server.url, 'Clase de canto');
    const port = await rtcPort(server.url, room);
    wire = await Wire.open({ port, address: ELSEWHERE });
    wire.serverPort = port;
  });
  afterAll(async () => {
    wire.close();
    await server.cleanUp();
  });

  it('[CT26] says that one can only read where nothing gets through, and what is blocked', async () => {
    wire.pass = () => [];
    const ana = await visit(server.url, room, 'speaker');
    await verdict(ana, 'Tu red solo te deja leer: el sonido no llegaría bien.');
    await ana.page.getByText('Detalles para quien te ayude').click();
    const details = await ana.page.locator('details p').innerText();
    expect(details).toContain(`UDP ${ELSEWHERE}:${String(wire.serverPort)}`);
    await ana.picture('network-read');
    await expectAccessible(ana);
  });

  it('[CT27] says that one can only listen where three of five packets are lost on the way up', async () => {
    let count = 0;
    wire.pass = (packet, way) => {
      const thins = way === 'up' && packet[0] === DTLS_DATA && packet.length > PROBE_BYTES;
      return thins && count++ % 5 < 3 ? [] : [packet];
    };
    const ana = await visit(server.url, room, 'speaker');
    await verdict(ana, 'Tu red solo te deja escuchar: tu voz llegaría a trozos.');
    await ana.page.getByText('Detalles para quien te ayude').click();
    await ana.picture('network-listen');
    await expectAccessible(ana);
  });
});

/** The port that a server's only worker has for sound. */
async function rtcPort(url: string, { roomId, invitations }: RoomCreated): Promise<number> {
  const tests = `${url}/api/rooms/${roomId}/connection-tests`;
  const headers = {
    authorization: `Bearer ${invitations.speaker}`,
    'content-type': 'application/json',
  };
  const opened = await fetch(tests, { method: 'POST', headers, body: '{}' });
  const { receive } = (await opened.json()) as ConnectionTest;
  return receive.iceCandidates[0]?.port ?? 0;
}

/** Runs in the page before its scripts. */
function keepConnections(): void {
  const kept: RTCPeerConnection[] = [];
  Object.assign(globalThis, { coraConnections: kept });
  const { RTCPeerConnection: Real } = globalThis;
  globalThis.RTCPeerConnection = class extends Real {
    constructor(options: RTCConfiguration = {}) {
      super(options);
      kept.push(this);
    }
  };
}

/** Runs in the page. */
function connectionStates(): string[] {
  const kept = Reflect.get(globalThis, 'coraConnections') as RTCPeerConnection[];
  return kept.map(({ signalingState }) => signalingState);
}
