import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { RoomCreated } from '#protocol';
import { isAlive } from '#tests/support/processes.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { inside, removeNamespace, run, runInside } from './commands.ts';
import { Coturn, type CoturnOptions } from './coturn.ts';
import { LabClient } from './labClient.ts';

/** Set aside for documentation (RFC 5737): public addresses in the eyes of everybody in the lab. */
export const SERVER_ADDRESS = '198.51.100.10';
export const TURN_ADDRESS = '198.51.100.20';
const TURN_ADDRESS_6 = '2001:db8::20';
const HTTP_PORT = 3_000;
/** UDP and TCP: everything that WebRTC sends to the server goes there. */
export const RTC_PORT = 40_000;
const NAMESPACES = '/run/netns';
const TLS_FRONT = fileURLToPath(new URL('tlsFront.ts', import.meta.url));

let labs = 0;

/**
 * A small Internet of network namespaces, for root on Linux. A router stands in the middle; a server,
 * a TURN server and any number of clients, each in a subnet of its own, reach what they reach through
 * it. Clients have no route to each other. What hinders a client is done at the router, so that
 * packets get lost as they do elsewhere: without a word.
 */
export class Lab {
  readonly url = `https://${SERVER_ADDRESS}`;
  /** With `cert.pem` and `key.pem` of both servers. */
  readonly folder: string;
  readonly #name: string;
  readonly #namespaces: string[] = [];
  readonly #clients: LabClient[] = [];
  readonly #servers: ServerProcess[] = [];
  readonly #children: ChildProcess[] = [];
  #front: Writable | null = null;
  readonly #removeAll = () => this.#namespaces.forEach(removeNamespace);

  static async open(): Promise<Lab> {
    removeLeftOvers();
    labs += 1;
    const folder = await mkdtemp(path.join(tmpdir(), 'cora-lab-'));
    const lab = new Lab(`cora-${process.pid}-${labs}`, folder);
    try {
      await lab.#build();
    } catch (error) {
      await lab.close();
      throw error;
    }
    return lab;
  }

  private constructor(name: string, folder: string) {
    this.#name = name;
    this.folder = folder;
    process.once('exit', this.#removeAll);
  }

  /** The server's namespace: what runs in it reaches the server at 127.0.0.1. */
  get serverNamespace(): string {
    return `${this.#name}-server`;
  }

  /** A machine of its own, in a subnet of its own. */
  async client(name: string): Promise<LabClient> {
    const number = this.#clients.length + 1;
    const namespace = await this.#namespace(name);
    const wire = { router: this.#router, port: `client${number}`, namespace };
    const client = await LabClient.plugIn({ ...wire, number });
    this.#clients.push(client);
    return client;
  }

  /** A server at `url`, behind TLS; its worker listens at RTC_PORT. */
  async startServer(
    options: { home?: string; environment?: Record<string, string> } = {},
  ): Promise<ServerProcess> {
    const server = await ServerProcess.start({
      ...options,
      port: HTTP_PORT,
      namespace: this.serverNamespace,
      environment: {
        PUBLIC_URL: this.url,
        LISTEN_IP: SERVER_ADDRESS,
        RTC_PORT: String(RTC_PORT),
        ...options.environment,
      },
    });
    this.#servers.push(server);
    return server;
  }

  /** coturn, with the file that is shipped for it. */
  async startTurn(options: Pick<CoturnOptions, 'secrets'>): Promise<Coturn> {
    const coturn = await Coturn.start({
      ...options,
      namespace: `${this.#name}-turn`,
      folder: this.folder,
      address: TURN_ADDRESS,
      address6: TURN_ADDRESS_6,
      sfuAddress: SERVER_ADDRESS,
    });
    this.#children.push(coturn.process);
    return coturn;
  }

  /** Makes a room as a program on the server's machine would. */
  async createRoom(roomName: string): Promise<RoomCreated> {
    const ask = `fetch('http://127.0.0.1:${HTTP_PORT}/api/rooms', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(${JSON.stringify({ roomName, settings: {} })}),
    }).then(async (answer) => console.log(await answer.text()))`;
    const answer = await runInside(this.serverNamespace, process.execPath, '--eval', ask);
    return JSON.parse(answer) as RoomCreated;
  }

  /** Resets a client's connections at the server's door, and lets it make no other. Media is not touched. */
  cutSocketsOf(client: LabClient): void {
    this.#front?.write(`${client.address}\n`);
  }

  healSockets(): void {
    this.#front?.write('\n');
  }

  /** Ends what runs in the lab and removes it. Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((server) => server.cleanUp()));
    await Promise.all(this.#children.splice(0).map(ended));
    this.#removeAll();
    process.off('exit', this.#removeAll);
    await rm(this.folder, { recursive: true, force: true });
  }

  get #router(): string {
    return `${this.#name}-router`;
  }

  async #build(): Promise<void> {
    const router = await this.#namespace('router');
    const forwarding = 'echo 1 > /proc/sys/net/ipv4/ip_forward';
    await runInside(router, 'sh', '-c', forwarding);
    await this.#plugIn('server', SERVER_ADDRESS);
    const turn = await this.#plugIn('turn', TURN_ADDRESS);
    const address6 = ['address', 'add', `${TURN_ADDRESS_6}/64`, 'dev', 'eth0', 'nodad'];
    await runInside(turn, 'ip', ...address6);
    await this.#makeCertificate();
    await this.#startTls();
  }

  async #namespace(role: string): Promise<string> {
    const namespace = `${this.#name}-${role}`;
    await run('ip', 'netns', 'add', namespace);
    this.#namespaces.push(namespace);
    await runInside(namespace, 'ip', 'link', 'set', 'lo', 'up');
    return namespace;
  }

  /** A host with one public address, and the router as its gateway. */
  async #plugIn(role: string, address: string): Promise<string> {
    const [router, host] = [this.#router, await this.#namespace(role)];
    const gateway = '198.51.100.1';
    const peer = ['peer', 'name', 'eth0', 'netns', host];
    await runInside(router, 'ip', 'link', 'add', role, 'type', 'veth', ...peer);
    await runInside(router, 'ip', 'address', 'add', `${gateway}/32`, 'dev', role);
    await runInside(router, 'ip', 'link', 'set', role, 'up');
    await runInside(router, 'ip', 'route', 'add', `${address}/32`, 'dev', role);
    await runInside(host, 'ip', 'address', 'add', `${address}/32`, 'dev', 'eth0');
    await runInside(host, 'ip', 'link', 'set', 'eth0', 'up');
    const onLink = ['via', gateway, 'dev', 'eth0', 'onlink'];
    await runInside(host, 'ip', 'route', 'add', 'default', ...onLink);
    return host;
  }

  async #makeCertificate(): Promise<void> {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const names = `subjectAltName=IP:${SERVER_ADDRESS},IP:${TURN_ADDRESS}`;
    const who = ['-subj', '/CN=lab', '-addext', names, '-days', '2'];
    const files = ['-keyout', `${this.folder}/key.pem`, '-out', `${this.folder}/cert.pem`];
    await run('openssl', 'req', '-x509', ...key, ...who, ...files);
  }

  async #startTls(): Promise<void> {
    const front = [process.execPath, TLS_FRONT, this.folder, SERVER_ADDRESS, String(HTTP_PORT)];
    const [command, ...args] = inside(this.serverNamespace, ...front);
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#front = child.stdin;
    this.#children.push(child);
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    if (line !== 'ready') throw new Error(`TLS does not stand: ${String(line)}`);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** A test that was killed removed nothing. Its namespaces bear its process id. */
function removeLeftOvers(): void {
  for (const namespace of namespaces()) {
    const pid = /^cora-(\d+)-\d+-/.exec(namespace)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) removeNamespace(namespace);
  }
}

function namespaces(): string[] {
  try {
    return readdirSync(NAMESPACES);
  } catch {
    // There never was one on this machine.
    return [];
  }
}
