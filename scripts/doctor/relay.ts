import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  ATTRIBUTE,
  ERROR,
  SUCCESS,
  TYPE,
  decode,
  encode,
  errorCodeOf,
  newId,
  sizeOf,
  xorAddress,
  type Message,
} from './stun.ts';

const REPEAT_MS = 500;
const ANSWER_MS = 3_000;
/** REQUESTED-TRANSPORT: UDP (RFC 8656 section 18.7). */
const UDP = Buffer.from([17, 0, 0, 0]);

/** A server refused, with the code of STUN (RFC 8489 section 14.8). */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: number;

  constructor(code: number) {
    super(`STUN error ${code}`);
    this.code = code;
  }
}

/** A STUN or TURN server, spoken to over the transport that its URL names (RFC 7064, RFC 7065). */
export class Relay {
  /** Told what peers send through the relay. */
  onData: (bytes: Buffer) => void = () => {};
  readonly #line: Line;
  readonly #waiting = new Map<string, (message: Message) => void>();
  #credentials: readonly (readonly [number, Buffer])[] = [];
  #key: Buffer | undefined;

  /** @throws where no connection comes about: certificates are checked */
  static async open(url: string): Promise<Relay> {
    const parts = /^(stun|turns?):(\[.+\]|[^:?]+)(?::(\d+))?(?:\?transport=(\w+))?$/i.exec(url);
    const [, scheme = '', host = '', port, transport] = parts ?? [];
    const isSecure = scheme.toLowerCase() === 'turns';
    const name = host.replace(/^\[(.*)\]$/, '$1');
    const to = { host: name, port: Number(port ?? (isSecure ? 5_349 : 3_478)) };
    if (isSecure) {
      const names = isIP(name) ? {} : { servername: name };
      return new Relay(await streamLine(connectTls({ ...to, ...names }), 'secureConnect'));
    }
    if (transport?.toLowerCase() === 'tcp') {
      return new Relay(await streamLine(connectTcp(to), 'connect'));
    }
    return new Relay(await datagramLine(to));
  }

  private constructor(line: Line) {
    this.#line = line;
    line.listen((bytes) => {
      const message = decode(bytes);
      if (!message) return;
      const data = message.attributes.get(ATTRIBUTE.data);
      if (message.type === TYPE.data && data) this.onData(data);
      else this.#waiting.get(message.id.toString('hex'))?.(message);
    });
  }

  /** Asks for one's own address as the server sees it. */
  bind(): Promise<Message> {
    return this.#ask(TYPE.binding, []);
  }

  /** @throws Refused, with 401 where the credentials are not taken */
  async allocate(username: string, password: string): Promise<void> {
    const wanted = [[ATTRIBUTE.transport, UDP]] as const;
    const challenge = await this.#ask(TYPE.allocate, wanted).catch((error: unknown) => {
      if (error instanceof Challenge) return error.challenge;
      throw error;
    });
    const realm = challenge.attributes.get(ATTRIBUTE.realm);
    const nonce = challenge.attributes.get(ATTRIBUTE.nonce);
    if (!realm || !nonce) return;
    // Long-term credentials (RFC 8489 section 9.2).
    this.#key = createHash('md5').update(`${username}:${realm.toString()}:${password}`).digest();
    this.#credentials = [
      [ATTRIBUTE.username, Buffer.from(username)],
      [ATTRIBUTE.realm, realm],
      [ATTRIBUTE.nonce, nonce],
    ];
    await this.#ask(TYPE.allocate, wanted);
  }

  /** Lets packets to and from an address pass. @throws Refused, with 403 where it is not allowed */
  async permit(address: string): Promise<void> {
    const id = newId();
    await this.#ask(TYPE.permission, [[ATTRIBUTE.peerAddress, xorAddress(address, 0, id)]], id);
  }

  sendTo(address: string, port: number, data: Buffer): void {
    const id = newId();
    const peer = xorAddress(address, port, id);
    this.#line.send(
      encode({
        type: TYPE.send,
        id,
        attributes: [
          [ATTRIBUTE.peerAddress, peer],
          [ATTRIBUTE.data, data],
        ],
      }),
    );
  }

  /** Gives the relay back, as far as the server still hears it. */
  close(): void {
    if (this.#key) {
      const none = Buffer.alloc(4);
      const attributes = [...this.#credentials, [ATTRIBUTE.lifetime, none]] as const;
      const release = { type: TYPE.refresh, id: newId(), attributes };
      this.#line.send(encode(release, { key: this.#key }));
    }
    this.#line.close();
  }

  async #ask(
    type: number,
    attributes: readonly (readonly [number, Buffer])[],
    id = newId(),
  ): Promise<Message> {
    const message = { type, id, attributes: [...attributes, ...this.#credentials] };
    const bytes = encode(message, this.#key ? { key: this.#key } : {});
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    this.#waiting.set(id.toString('hex'), resolve);
    const timer = setTimeout(() => reject(new Error('no answer')), ANSWER_MS);
    const send = () => this.#line.send(bytes);
    const repeat = this.#line.isReliable ? undefined : setInterval(send, REPEAT_MS);
    send();
    void this.#line.ended.then(() => reject(new Error('connection closed')));
    try {
      const answer = await promise;
      if (answer.type === (type | SUCCESS)) return answer;
      const code = answer.type === (type | ERROR) ? errorCodeOf(answer) : 0;
      if (code === 401 && !this.#key) throw new Challenge(answer);
      throw new Refused(code);
    } finally {
      clearTimeout(timer);
      clearInterval(repeat);
      this.#waiting.delete(id.toString('hex'));
    }
  }
}

/** Not a refusal yet: it says what to sign with. */
class Challenge extends Refused {
  readonly challenge: Message;

  constructor(challenge: Message) {
    super(401);
    this.challenge = challenge;
  }
}

interface Line {
  readonly isReliable: boolean;
  readonly ended: Promise<void>;
  send(bytes: Buffer): void;
  listen(hear: (message: Buffer) => void): void;
  close(): void;
}

async function datagramLine({ host, port }: { host: string; port: number }): Promise<Line> {
  const { address } = await lookup(host);
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.on('error', () => {});
  return {
    isReliable: false,
    ended: new Promise(() => {}),
    send: (bytes) => socket.send(bytes, port, address, () => {}),
    listen: (hear) => socket.on('message', hear),
    // What was sent last has gone by then.
    close: () => setImmediate(() => socket.close()),
  };
}

async function streamLine(socket: Socket, ready: string): Promise<Line> {
  const connected = Promise.withResolvers<void>();
  const timer = setTimeout(() => connected.reject(new Error('no answer')), ANSWER_MS);
  socket.once(ready, () => connected.resolve()).once('error', connected.reject);
  try {
    await connected.promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  socket.on('error', () => {});
  return {
    isReliable: true,
    ended: new Promise((resolve) => socket.once('close', () => resolve())),
    send: (bytes) => socket.write(bytes),
    listen(hear) {
      let heard = Buffer.alloc(0);
      socket.on('data', (bytes: Buffer) => {
        heard = Buffer.concat([heard, bytes]);
        for (
          let size = sizeOf(heard);
          size !== null && heard.length >= size;
          size = sizeOf(heard)
        ) {
          hear(heard.subarray(0, size));
          heard = heard.subarray(size);
        }
      });
    },
    close: () => socket.end(),
  };
}
