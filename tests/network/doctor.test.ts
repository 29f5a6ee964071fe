import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnose } from '#tests/support/doctor.ts';
import { runInside } from '#tests/support/network/commands.ts';
import { Lab, RTC_PORT, SERVER_ADDRESS, TURN_ADDRESS } from '#tests/support/network/lab.ts';

const SECRET = 'kX7pW2mQ9vR4tY8uB3nL6cJ1hF5dS0aZ';
const OTHER_SECRET = 'Za0Sd5Fh1Jc6Ln3Bu8Yt4Rv9Qm2Wp7Xk';

describe('the doctor on a host with a TURN server', () => {
  let lab: Lab;
  let turnUrls: string[];
  let settings: Record<string, string>;

  beforeAll(async () => {
    lab = await Lab.open();
    const coturn = await lab.startTurn({ secrets: [SECRET] });
    turnUrls = [coturn.url('udp'), coturn.url('tcp'), coturn.url('tls')];
    settings = {
      PUBLIC_URL: lab.url,
      LISTEN_IP: SERVER_ADDRESS,
      RTC_PORT: String(RTC_PORT),
      WORKERS: '1',
      SPEECH: 'none',
      STUN_URLS: `stun:${TURN_ADDRESS}:3478`,
      TURN_URLS: turnUrls.join(','),
      TURN_SECRET: SECRET,
      NODE_EXTRA_CA_CERTS: `${lab.folder}/cert.pem`,
      RECORDINGS_DIR: `${lab.folder}/recordings`,
      DATA_DIR: `${lab.folder}/data`,
    };
  });
  afterAll(() => lab.close());

  const look = (change: Record<string, string> = {}) =>
    diagnose({ ...settings, ...change }, lab.serverNamespace);
  const carried = () => turnUrls.map((url) => `ok: ${url} carries sound to ${SERVER_ADDRESS}.`);

  it('[DR13] sends through each relay what the port for sound answers, before the first start', async () => {
    const { code, of, text } = await look();
    expect(of('STUN and TURN')).toEqual([
      `ok: stun:${TURN_ADDRESS}:3478 answers, and sees this machine as ${SERVER_ADDRESS}.`,
      ...carried(),
    ]);
    expect(of('Reach')).toEqual([`ok: The sound ports answer at ${SERVER_ADDRESS}, UDP and TCP.`]);
    expect(of('TLS and proxy').slice(1)).toEqual([
      `ok: ${lab.url} leads to Cora.`,
      'ok: WebSocket gets through.',
    ]);
    expect(text).not.toContain('bad');
    expect(code).toBe(0);
  });

  it('[DR14] does so too with a Cora that runs', async () => {
    const server = await lab.startServer({
      environment: { TURN_URLS: turnUrls.join(','), TURN_SECRET: SECRET },
    });
    const { code, of } = await look();
    await server.cleanUp();
    expect(of('Sound ports')).toEqual([`ok: ${RTC_PORT}: Cora has them.`]);
    expect(of('STUN and TURN').slice(1)).toEqual(carried());
    expect(of('TLS and proxy').slice(1)).toEqual([
      `ok: ${lab.url} leads to Cora.`,
      'ok: WebSocket gets through.',
    ]);
    expect(code).toBe(0);
  });

  it('[DR15] knows a secret that is not the relay’s', async () => {
    const { code, of, text } = await look({ TURN_SECRET: OTHER_SECRET });
    expect(of('STUN and TURN').slice(1)).toEqual(
      turnUrls.map((url) =>
        expect.stringContaining(`bad: TURN_SECRET: ${url} does not take the credentials`),
      ),
    );
    expect(text).not.toContain(OTHER_SECRET);
    expect(code).toBe(1);
  });

  it('[DR16] knows a relay that may not reach the address of sound', async () => {
    const { code, of } = await look({ ANNOUNCED_ADDRESS: '203.0.113.7' });
    expect(of('STUN and TURN')[1]).toBe(
      `bad: ${turnUrls[0]} opens a relay, but not to 203.0.113.7. In coturn: allowed-peer-ip=203.0.113.7`,
    );
    expect(code).toBe(1);
  });

  it('[DR17] finds the firewall of its own machine', async () => {
    const { serverNamespace } = lab;
    const chain = 'chain inet doctor input { type filter hook input priority 0; }';
    const rule = `add rule inet doctor input udp dport ${RTC_PORT} drop`;
    await runInside(serverNamespace, 'nft', `add table inet doctor; add ${chain}; ${rule}`);
    const { code, of } = await look();
    await runInside(serverNamespace, 'nft', 'delete table inet doctor');
    expect(of('Reach')[0]).toContain(
      `bad: ${SERVER_ADDRESS} is this machine's and does not answer on UDP ${RTC_PORT}.`,
    );
    expect(of('STUN and TURN')[1]).toContain('but nothing comes back through it');
    expect(code).toBe(1);
  });
});
