import { createHmac } from 'node:crypto';
import net from 'node:net';

// Messages of STUN (RFC 8489) with what TURN (RFC 8656) adds, as far as the tests need them.

const COOKIE = Buffer.from([0x21, 0x12, 0xa4, 0x42]);
const INTEGRITY_BYTES = 24;

export const METHOD = {
  allocate: 0x003,
  refresh: 0x004,
  permission: 0x008,
  channel: 0x009,
} as const;
export type Method = keyof typeof METHOD;

export const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  peerAddress: 0x0012,
  realm: 0x0014,
  nonce: 0x0015,
  addressFamily: 0x0017,
  transport: 0x0019,
} as const;

export type Attribute = readonly [type: number, value: Uint8Array];

export interface Answer {
  /** 0 for success, or that of the error. */
  readonly code: number;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

export interface Request {
  readonly method: Method;
  /** 12 random bytes, to which an address in `attributes` is bound. */
  readonly id: Buffer;
  readonly attributes: readonly Attribute[];
  /** Of long-term credentials; without one the request is not signed. */
  readonly key?: Buffer | undefined;
}

export function encode({ method, id, attributes, key }: Request): Buffer {
  const body = Buffer.concat(attributes.map(padded));
  const header = (length: number) => {
    const start = Buffer.alloc(4);
    start.writeUInt16BE(METHOD[method], 0);
    start.writeUInt16BE(length, 2);
    return Buffer.concat([start, COOKIE, id]);
  };
  if (!key) return Buffer.concat([header(body.length), body]);
  const signed = Buffer.concat([header(body.length + INTEGRITY_BYTES), body]);
  const digest = createHmac('sha1', key).update(signed).digest();
  return Buffer.concat([signed, padded([ATTRIBUTE.integrity, digest])]);
}

/** Undefined for what answers another request, or none. */
export function decode(message: Buffer, id: Buffer): Answer | undefined {
  if (message.length < 20 || !message.subarray(8, 20).equals(id)) return undefined;
  const attributes = new Map<number, Buffer>();
  for (let at = 20; at + 4 <= message.length;) {
    const length = message.readUInt16BE(at + 2);
    attributes.set(message.readUInt16BE(at), message.subarray(at + 4, at + 4 + length));
    at += 4 + length + (-length & 3);
  }
  const error = attributes.get(ATTRIBUTE.errorCode);
  const isError = (message.readUInt16BE(0) & 0x0110) === 0x0110;
  return { code: isError ? (error?.[2] ?? 0) * 100 + (error?.[3] ?? 0) : 0, attributes };
}

/** XOR-PEER-ADDRESS, of the family in which the address is written: `::ffff:10.0.0.1` is IPv6. */
export function peerAddress(address: string, port: number, id: Buffer): Attribute {
  const bytes = bytesOf(address);
  const mask = Buffer.concat([COOKIE, id]);
  const value = Buffer.alloc(4 + bytes.length);
  value[1] = bytes.length === 4 ? 1 : 2;
  value.writeUInt16BE(port ^ 0x2112, 2);
  bytes.forEach((byte, index) => (value[4 + index] = byte ^ (mask[index] ?? 0)));
  return [ATTRIBUTE.peerAddress, value];
}

function padded([type, value]: Attribute): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
}

function bytesOf(address: string): number[] {
  if (net.isIPv4(address)) return address.split('.').map(Number);
  // A URL writes what may end in dots as eight groups, of which the longest row of zeros is left out.
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string) => part.split(':').flatMap((group) => (group ? [group] : []));
  const [first, last] = [groups(head), groups(tail)];
  const zeros = Array<string>(8 - first.length - last.length).fill('0');
  return [...first, ...zeros, ...last].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
