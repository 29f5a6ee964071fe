import {
  ATTRIBUTE as COMMON,
  TYPE,
  decode as decodeMessage,
  encode as encodeMessage,
  errorCodeOf,
  xorAddress,
} from '../../../scripts/doctor/stun.ts';

// What a client of TURN (RFC 8656) asks and is answered, in the messages that the doctor sends too.

export const METHOD = {
  allocate: TYPE.allocate,
  refresh: TYPE.refresh,
  permission: TYPE.permission,
  channel: 0x0009,
} as const;
export type Method = keyof typeof METHOD;

export const ATTRIBUTE = {
  ...COMMON,
  channelNumber: 0x000c,
  addressFamily: 0x0017,
} as const;

export type Attribute = readonly [type: number, value: Buffer];

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
  return encodeMessage({ type: METHOD[method], id, attributes }, key ? { key } : {});
}

/** Undefined for what answers another request, or none. */
export function decode(bytes: Buffer, id: Buffer): Answer | undefined {
  const message = decodeMessage(bytes);
  if (!message?.id.equals(id)) return undefined;
  return { code: errorCodeOf(message), attributes: message.attributes };
}

/** XOR-PEER-ADDRESS, of the family in which the address is written: `::ffff:10.0.0.1` is IPv6. */
export function peerAddress(address: string, port: number, id: Buffer): Attribute {
  return [ATTRIBUTE.peerAddress, xorAddress(address, port, id)];
}
