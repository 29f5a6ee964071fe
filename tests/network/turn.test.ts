import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PeerId } from '#protocol';
import { TurnCredentials } from '#server/auth/turnCredentials.ts';
import { Lab, SERVER_ADDRESS, TURN_ADDRESS } from '#tests/support/network/lab.ts';
import type { Credential } from '#tests/support/network/turnClient.ts';
import { TurnPeers } from '#tests/support/network/turnPeers.ts';

const SECRET = 'kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ';
const OLD_SECRET = 'Za0Sd5Fh1Jc6Ln3Bu8Yt4Rv9Qm2Wp7Xk';
/** Answers of STUN and TURN. */
const [OK, UNAUTHORIZED, FORBIDDEN, WRONG_FAMILY, QUOTA_REACHED] = [0, 401, 403, 443, 486];
/** Of a credential. */
const LIFETIME_MS = 300_000;
const USER_QUOTA = 12;

const STRANGERS_4 = [
  ...['0.0.0.0', '0.1.2.3', '255.255.255.255', '240.0.0.1'],
  ...['127.0.0.1', '127.0.0.53', '127.255.255.254'],
  ...['10.0.0.1', '10.66.1.2', '172.16.0.1', '172.31.255.254', '192.168.1.1'],
  ...['100.64.0.1', '169.254.169.254', '192.0.0.1', '198.18.0.1', '192.88.99.1'],
  ...['224.0.0.1', '239.255.255.250'],
  ...['192.0.2.1', '203.0.113.1', '198.51.100.1', '198.51.100.11', TURN_ADDRESS, '9.9.9.9'],
];
const STRANGERS_6 = [
  ...['::', '::1', 'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', 'ff05::2', '100::1'],
  ...['2001:db8::1', '2001:db8::20', '2620:fe::9', '2001::1'],
  // Mapped, compatible, 6to4 and NAT64 forms of what is private, and of neighbours.
  ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:169.254.169.254', '::ffff:0.0.0.0'],
  ...['::ffff:192.168.1.1', `::ffff:${TURN_ADDRESS}`],
  ...['::127.0.0.1', '::10.0.0.1', `::${TURN_ADDRESS}`],
  ...['2002:7f00:1::1', '2002:a00:1::1', '2002:c0a8:101::1'],
  ...['64:ff9b::127.0.0.1', '64:ff9b::10.0.0.1', '64:ff9b:1::10.0.0.1'],
];

let peers = 0;

/** Somebody else's each time, unless it is said whose. */
function credential(change: { secret?: string; atMs?: number; peerId?: string } = {}): Credential {
  peers += 1;
  const { secret = SECRET, atMs = Date.now(), peerId = `peer-${peers}-0001` } = change;
  const servers = new TurnCredentials({
    stunUrls: [],
    turnUrls: ['turn:turn.example.org'],
    turnSecret: secret,
    clock: { wallMs: () => atMs, monotonicMs: () => atMs, after: () => () => {} },
  });
  const [server] = servers.for(peerId as PeerId);
  return { username: server?.username ?? '', credential: server?.credential ?? '' };
}

describe('the TURN server, with the settings that are shipped for it', () => {
  let lab: Lab;
  let turn: TurnPeers;

  beforeAll(async () => {
    lab = await Lab.open();
    await lab.startTurn({ secrets: [SECRET, OLD_SECRET] });
    turn = new TurnPeers((await lab.client('stranger')).namespace, TURN_ADDRESS);
  });
  afterAll(async () => {
    turn?.close();
    await lab?.close();
  });

  it('[NW10] relays to the server', async () => {
    const relay = await turn.open(credential());
    expect(relay.code).toBe(OK);
    expect(await relay.permission(SERVER_ADDRESS)).toBe(OK);
    expect(await relay.channel(SERVER_ADDRESS)).toBe(OK);
  });

  it.each([
    { family: 4, strangers: STRANGERS_4 },
    { family: 6, strangers: STRANGERS_6 },
  ] as const)('[NW11] relays to nobody else of IPv$family', async ({ family, strangers }) => {
    const relay = await turn.open(credential(), family);
    expect(relay.code).toBe(OK);
    const answers: [peer: string, permission: number, channel: number][] = [];
    for (const peer of strangers) {
      answers.push([peer, await relay.permission(peer), await relay.channel(peer)]);
    }
    expect(answers).toEqual(strangers.map((peer) => [peer, FORBIDDEN, FORBIDDEN]));
    console.log(`refused ${strangers.length} peers of IPv${family}, twice each`);
  });

  it('[NW12] relays to no IPv6 form of anything through a relay of IPv4', async () => {
    const relay = await turn.open(credential());
    const codes = [];
    for (const peer of STRANGERS_6) codes.push(await relay.permission(peer));
    expect(new Set(codes)).toEqual(new Set([WRONG_FAMILY]));
  });

  it('[NW13] gives one person 12 relays, whatever their credential, and others theirs', async () => {
    const peerId = 'peer-hungry-1';
    const mine = credential({ peerId });
    const relays = [];
    for (let asked = 0; asked < 40; asked++) relays.push(await turn.open(mine));
    const codes = relays.map(({ code }) => code);
    expect(codes.filter((code) => code === OK)).toHaveLength(USER_QUOTA);
    expect(codes.slice(USER_QUOTA)).toEqual(Array(40 - USER_QUOTA).fill(QUOTA_REACHED));

    const renewed = credential({ peerId, atMs: Date.now() + 60_000 });
    expect(renewed.username).not.toBe(mine.username);
    expect((await turn.open(renewed)).code).toBe(QUOTA_REACHED);
    expect((await turn.open(credential())).code).toBe(OK);

    expect(await relays[0]?.refresh(0)).toBe(OK);
    const another = async () => (await turn.open(renewed)).code;
    await expect.poll(another, { interval: 250, timeout: 20_000 }).toBe(OK);
  });

  it('[NW14] turns away a credential whose time is over, or that it did not sign', async () => {
    const old = credential({ atMs: Date.now() - LIFETIME_MS - 2_000 });
    expect((await turn.open(old)).code).toBe(UNAUTHORIZED);
    const strange = credential({ secret: 'Qq9Ww8Ee7Rr6Tt5Yy4Uu3Ii2Oo1Pp0Aa' });
    expect((await turn.open(strange)).code).toBe(UNAUTHORIZED);
    const mine = credential();
    const longer = mine.username.replace(/^\d+/, (expiry) => String(Number(expiry) + 3_600));
    expect((await turn.open({ ...mine, username: longer })).code).toBe(UNAUTHORIZED);
  });

  it('[NW15] takes what the other of two secrets has signed', async () => {
    expect((await turn.open(credential({ secret: OLD_SECRET }))).code).toBe(OK);
  });

  it('[NW16] keeps a relay that is open when its credential is over', async () => {
    const short = credential({ atMs: Date.now() - LIFETIME_MS + 5_000 });
    const relay = await turn.open(short);
    expect(relay.code).toBe(OK);
    const anew = async () => (await turn.open(short)).code;
    await expect.poll(anew, { interval: 500, timeout: 20_000 }).toBe(UNAUTHORIZED);
    expect(await relay.refresh(120)).toBe(OK);
    expect(await relay.permission(SERVER_ADDRESS)).toBe(OK);
  });
});
