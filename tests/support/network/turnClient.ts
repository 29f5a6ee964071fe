import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import {
  ATTRIBUTE,
  decode,
  encode,
  peerAddress,
  type Answer,
  type Attribute,
  type Method,
} from './stun.ts';

const PORT = 3_478;
const PATIENCE_MS = 5_000;
const UDP = 17;
const FIRST_CHANNEL = 0x4000;
const AUTHENTICATE = 401;
const STALE_NONCE = 438;

export interface Credential {
  readonly username: string;
  readonly credential: string;
}

/** One client of a TURN server over UDP: at most one relay, of one family. Answers with codes, 0 for success. */
export class TurnClient {
  readonly #socket: Socket;
  readonly #server: string;
  readonly #credential: Credential;
  #key: Buffer | undefined;
  #realm: Buffer | undefined;
  #nonce: Buffer | undefined;
  #channels = 0;

  constructor(server: string, credential: Credential) {
    this.#socket = createSocket('udp4');
    this.#server = server;
    this.#credential = credential;
  }

  allocate(family: 4 | 6): Promise<number> {
    return this.#ask('allocate', () => [
      [ATTRIBUTE.transport, Buffer.from([UDP, 0, 0, 0])],
      [ATTRIBUTE.addressFamily, Buffer.from([family === 4 ? 1 : 2, 0, 0, 0])],
    ]);
  }

  /** Keeps the relay for so long, or lets go of it with 0. */
  refresh(lifetimeS: number): Promise<number> {
    const lifetime = Buffer.alloc(4);
    lifetime.writeUInt32BE(lifetimeS);
    return this.#ask('refresh', () => [[ATTRIBUTE.lifetime, lifetime]]);
  }

  permission(peer: string): Promise<number> {
    return this.#ask('permission', (id) => [peerAddress(peer, 0, id)]);
  }

  channel(peer: string): Promise<number> {
    const number = Buffer.alloc(4);
    number.writeUInt16BE(FIRST_CHANNEL + this.#channels);
    this.#channels += 1;
    return this.#ask('channel', (id) => [
      [ATTRIBUTE.channelNumber, number],
      peerAddress(peer, 9, id),
    ]);
  }

  close(): void {
    this.#socket.close();
  }

  /** Asks, and once more where the server first says what an answer to its challenge needs. */
  async #ask(method: Method, attributes: (id: Buffer) => Attribute[]): Promise<number> {
    const answer = await this.#send(method, attributes);
    if (answer.code !== AUTHENTICATE && answer.code !== STALE_NONCE) return answer.code;
    if (this.#key && answer.code === AUTHENTICATE) return answer.code;
    this.#realm = answer.attributes.get(ATTRIBUTE.realm) ?? Buffer.alloc(0);
    this.#nonce = answer.attributes.get(ATTRIBUTE.nonce) ?? Buffer.alloc(0);
    const { username, credential } = this.#credential;
    const words = [username, this.#realm.toString(), credential].join(':');
    this.#key = createHash('md5').update(words).digest();
    return (await this.#send(method, attributes)).code;
  }

  async #send(method: Method, attributes: (id: Buffer) => Attribute[]): Promise<Answer> {
    const id = randomBytes(12);
    const who: Attribute[] =
      this.#realm && this.#nonce
        ? [
            [ATTRIBUTE.username, Buffer.from(this.#credential.username)],
            [ATTRIBUTE.realm, this.#realm],
            [ATTRIBUTE.nonce, this.#nonce],
          ]
        : [];
    const answered = this.#answerTo(id);
    const all = [...attributes(id), ...who];
    this.#socket.send(encode({ method, id, attributes: all, key: this.#key }), PORT, this.#server);
    return answered;
  }

  #answerTo(id: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => done(new Error('no answer')), PATIENCE_MS);
      const take = (message: Buffer) => {
        const answer = decode(message, id);
        if (answer) done(answer);
      };
      const done = (outcome: Answer | Error) => {
        clearTimeout(timeout);
        this.#socket.off('message', take);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      this.#socket.on('message', take);
    });
  }
}
