import { createHmac, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { crc32 } from 'node:zlib';

// Messages of STUN (RFC 8489), and of TURN (RFC 8656) as far as trying a server needs them.

const COOKIE = 0x2112a442;
const HEADER_BYTES = 20;
const FINGERPRINT_MASK = 0x5354554e;

export const TYPE = {
  binding: 0x0001,
  allocate: 0x0003,
  refresh: 0x0004,
  permission: 0x0008,
  send: 0x0016,
  data: 0x0017,
} as const;
export const SUCCESS = 0x0100;
export const ERROR = 0x0110;

export const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  peerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  transport: 0x0019,
  mappedAddress: 0x0020,
  priority: 0x0024,
  fingerprint: 0x8028,
  controlling: 0x802a,
} as const;

export interface Message {
  readonly type: number;
  /** 12 bytes. */
  readonly id: Buffer;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

export const newId = () => randomBytes(12);

/** @param options.key signs it (HMAC-SHA1); a fingerprint is what ICE wants besides */
export function encode(
  message: Omit<Message, 'attributes'> & { attributes: readonly (readonly [number, Buffer])[] },
  options: { key?: Buffer | string; fingerprint?: boolean } = {},
): Buffer {
  const parts = message.attributes.map(([type, value]) => attribute(type, value));
  const whole = (extraBytes: number) => {
    const body = Buffer.concat(parts);
    const header = Buffer.alloc(8);
    header.writeUInt16BE(message.type, 0);
    header.writeUInt16BE(body.length + extraBytes, 2);
    header.writeUInt32BE(COOKIE, 4);
    return Buffer.concat([header, message.id, body]);
  };
  if (options.key !== undefined) {
    // Signed as if its signature were there already (RFC 8489 section 14.5).
    const digest = createHmac('sha1', options.key).update(whole(24)).digest();
    parts.push(attribute(ATTRIBUTE.integrity, digest));
  }
  if (options.fingerprint) {
    const mark = Buffer.alloc(4);
    mark.writeUInt32BE((crc32(whole(8)) ^ FINGERPRINT_MASK) >>> 0);
    parts.push(attribute(ATTRIBUTE.fingerprint, mark));
  }
  return whole(0);
}

/** Null where it is no message of STUN, or not a whole one. */
export function decode(bytes: Buffer): Message | null {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32BE(4) !== COOKIE) return null;
  const end = HEADER_BYTES + bytes.readUInt16BE(2);
  if (bytes.length < end) return null;
  const attributes = new Map<number, Buffer>();
  for (let at = HEADER_BYTES; at + 4 <= end;) {
    const size = bytes.readUInt16BE(at + 2);
    attributes.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + size));
    at += 4 + Math.ceil(size / 4) * 4;
  }
  return { type: bytes.readUInt16BE(0), id: bytes.subarray(8, HEADER_BYTES), attributes };
}

/** Bytes of the message that a stream begins with; null while that cannot be told. */
export function sizeOf(stream: Buffer): number | null {
  return stream.length < 4 ? null : HEADER_BYTES + stream.readUInt16BE(2);
}

/** 0 where it is no error. */
export function errorCodeOf({ attributes }: Message): number {
  const value = attributes.get(ATTRIBUTE.errorCode);
  return value && value.length >= 4 ? (value.readUInt8(2) & 7) * 100 + value.readUInt8(3) : 0;
}

/** An address as XOR-PEER-ADDRESS has it (RFC 8489 section 14.2). */
export function xorAddress(address: string, port: number, id: Buffer): Buffer {
  const bytes = addressBytes(address);
  const head = Buffer.alloc(4);
  head.writeUInt8(bytes.length === 4 ? 1 : 2, 1);
  head.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  return Buffer.concat([head, xored(bytes, id)]);
}

/** The IPv4 address in an XOR-MAPPED-ADDRESS; empty where there is none. */
export function mappedAddressOf({ attributes, id }: Message): string {
  const value = attributes.get(ATTRIBUTE.mappedAddress);
  return value?.length === 8 ? xored(value.subarray(4), id).join('.') : '';
}

function xored(bytes: Buffer, id: Buffer): Buffer {
  const mask = Buffer.alloc(4);
  mask.writeUInt32BE(COOKIE);
  const key = Buffer.concat([mask, id]);
  return Buffer.from(bytes.map((byte, index) => byte ^ (key[index] ?? 0)));
}

function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [left = '', right = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (side: string) =>
    side === '' ? [] : side.split(':').map((it) => parseInt(it, 16));
  const [start, end] = [groups(left), groups(right)];
  const all = [...start, ...Array<number>(8 - start.length - end.length).fill(0), ...end];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function attribute(type: number, value: Buffer): Buffer {
  const whole = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  whole.writeUInt16BE(type, 0);
  whole.writeUInt16BE(value.length, 2);
  value.copy(whole, 4);
  return whole;
}
