import { Person, type PersonOptions } from '#tests/support/person.ts';
import { runInside } from './commands.ts';

/** Which of a client's packets get lost. All of them, both ways, when nothing is said. */
export interface Obstruction {
  readonly protocol?: 'udp' | 'tcp';
  /** As the client sees it. */
  readonly direction?: 'up' | 'down';
  /** Of 100. */
  readonly lossPercent?: number;
}

/** All addresses of clients. */
const SUBNETS = '10.66.0.0/16';

const NO_IPV6 = '/proc/sys/net/ipv6/conf/all/disable_ipv6';

interface Wire {
  readonly router: string;
  /** The router's end. */
  readonly port: string;
  readonly namespace: string;
  readonly number: number;
}

/** Somebody's machine in a lab: what it reaches, it reaches through the router. */
export class LabClient {
  readonly namespace: string;
  readonly #wire: Wire;
  #host = 2;

  static async plugIn(wire: Wire): Promise<LabClient> {
    const client = new LabClient(wire);
    const { router, port, namespace } = wire;
    // An IPv6 address comes by itself, a second or two late, and Chromium breaks off what it loads then.
    await runInside(namespace, 'sh', '-c', `[ ! -e ${NO_IPV6} ] || echo 1 > ${NO_IPV6}`);
    const peer = ['peer', 'name', 'eth0', 'netns', namespace];
    await runInside(router, 'ip', 'link', 'add', port, 'type', 'veth', ...peer);
    await runInside(router, 'ip', 'address', 'add', `${client.#gateway}/24`, 'dev', port);
    await runInside(router, 'ip', 'link', 'set', port, 'up');
    const noRoute = ['rule', 'add', 'iif', port, 'to', SUBNETS, 'unreachable'];
    await runInside(router, 'ip', ...noRoute);
    await runInside(namespace, 'ip', 'address', 'add', `${client.address}/24`, 'dev', 'eth0');
    await runInside(namespace, 'ip', 'link', 'set', 'eth0', 'up');
    await client.#addRoute();
    return client;
  }

  private constructor(wire: Wire) {
    this.#wire = wire;
    this.namespace = wire.namespace;
  }

  get address(): string {
    return `10.66.${this.#wire.number}.${this.#host}`;
  }

  /** A browser on this machine. */
  browser(options: PersonOptions = {}): Promise<Person> {
    return Person.open({ ...options, namespace: this.namespace });
  }

  /** What becomes of a TCP connection to a port: `connect`, or why not, such as `ENETUNREACH`. */
  async knock(address: string, port: number): Promise<string> {
    const knock = `const socket = require('node:net').connect(${port}, '${address}');
      socket.setTimeout(2_000, () => socket.destroy(Object.assign(new Error(), { code: 'silence' })));
      socket.on('error', ({ code }) => console.log(code));
      socket.on('connect', () => { console.log('connect'); socket.destroy(); });`;
    return (await runInside(this.namespace, process.execPath, '--eval', knock)).trim();
  }

  /** As when a telephone leaves one network for another: the address is gone, there is another one. */
  async changeAddress(): Promise<void> {
    await this.#ip('address', 'delete', `${this.address}/24`, 'dev', 'eth0');
    this.#host += 1;
    await this.#ip('address', 'add', `${this.address}/24`, 'dev', 'eth0');
    await this.#addRoute();
  }

  blockUdp(): Promise<void> {
    return this.obstruct({ protocol: 'udp' });
  }

  /** What is signalled, and sound over TCP. */
  blockTcp(): Promise<void> {
    return this.obstruct({ protocol: 'tcp' });
  }

  /** Everything, both ways. Neither end is told. */
  cut(): Promise<void> {
    return this.obstruct({});
  }

  /** What a strict firewall leaves: TCP to port 443. */
  blockAllButHttps(): Promise<void> {
    return this.#drop([
      `iifname "${this.#wire.port}" tcp dport != 443`,
      `iifname "${this.#wire.port}" meta l4proto != tcp`,
    ]);
  }

  /** Has packets get lost, beside those that get lost already. */
  obstruct({ protocol, direction, lossPercent = 100 }: Obstruction): Promise<void> {
    const ends = { up: 'iifname', down: 'oifname' };
    const which = protocol ? `meta l4proto ${protocol} ` : '';
    const share = lossPercent < 100 ? `numgen random mod 100 < ${lossPercent}` : '';
    const directions = direction ? [direction] : (['up', 'down'] as const);
    return this.#drop(directions.map((it) => `${ends[it]} "${this.#wire.port}" ${which}${share}`));
  }

  /** Lets everything through again. */
  async heal(): Promise<void> {
    const { router, port } = this.#wire;
    await runInside(router, 'nft', `add table inet ${port}; delete table inet ${port}`);
  }

  async #drop(packets: readonly string[]): Promise<void> {
    const { router, port } = this.#wire;
    const chain = `chain inet ${port} forward { type filter hook forward priority 0; }`;
    const rules = packets.map((which) => `; add rule inet ${port} forward ${which} drop`);
    await runInside(router, 'nft', `add table inet ${port}; add ${chain}${rules.join('')}`);
  }

  get #gateway(): string {
    return `10.66.${this.#wire.number}.1`;
  }

  async #addRoute(): Promise<void> {
    await this.#ip('route', 'replace', 'default', 'via', this.#gateway);
  }

  #ip(...args: string[]): Promise<string> {
    return runInside(this.namespace, 'ip', ...args);
  }
}
