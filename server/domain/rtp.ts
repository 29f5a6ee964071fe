/** What is read of an RTP packet. `payload` is a view into it. */
export interface RtpPacket {
  /** 16 bits. */
  readonly sequence: number;
  /** 32 bits, in samples at 48 kHz for Opus (RFC 7587 section 4.1). */
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Uint8Array;
}

const FIXED_HEADER_BYTES = 12;
const VERSION = 0x80;
const MARKER = 0x80;

/**
 * Reads an RTP packet (RFC 3550 section 5.1) past its CSRCs, header extension and padding.
 * Every length in it is checked against the bytes that are there; null when one does not fit.
 */
export function parseRtp(packet: Uint8Array): RtpPacket | null {
  if (packet.byteLength < FIXED_HEADER_BYTES) return null;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const first = view.getUint8(0);
  if (first >> 6 !== 2) return null;

  let start = FIXED_HEADER_BYTES + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (start + 4 > packet.byteLength) return null;
    start += 4 + 4 * view.getUint16(start + 2);
  }
  let end = packet.byteLength;
  if ((first & 0x20) !== 0) {
    const padding = view.getUint8(end - 1);
    if (padding === 0) return null;
    end -= padding;
  }
  if (start > end) return null;
  return {
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    marker: (view.getUint8(1) & MARKER) !== 0,
    payload: packet.subarray(start, end),
  };
}

/** An RTP packet without CSRCs, header extension or padding (RFC 3550 section 5.1). */
export function writeRtp(
  payload: Uint8Array,
  header: {
    readonly ssrc: number;
    readonly payloadType: number;
    /** 16 and 32 bits of these are written. */
    readonly sequence: number;
    readonly timestamp: number;
    readonly marker: boolean;
  },
): Buffer {
  const packet = Buffer.allocUnsafe(FIXED_HEADER_BYTES + payload.byteLength);
  packet[0] = VERSION;
  packet[1] = (header.marker ? MARKER : 0) | header.payloadType;
  packet.writeUInt16BE(header.sequence & 0xffff, 2);
  packet.writeUInt32BE(header.timestamp >>> 0, 4);
  packet.writeUInt32BE(header.ssrc, 8);
  packet.set(payload, FIXED_HEADER_BYTES);
  return packet;
}

/** How far `later` is after `earlier`, of sequence numbers: -32768 to 32767. */
export function sequenceDistance(earlier: number, later: number): number {
  return ((later - earlier) << 16) >> 16;
}

/** How far `later` is after `earlier`, of timestamps: -2**31 to 2**31 - 1. */
export function timestampDistance(earlier: number, later: number): number {
  return (later - earlier) | 0;
}

const ONE_BYTE_PROFILE = 0xbede;
const TWO_BYTE_PROFILE = 0x100;
/** Reserved in the one-byte form: what follows is to be ignored (RFC 8285 section 4.2). */
const STOP_ID = 15;

/**
 * How loud a packet's sender says that it is (RFC 6464), in dBov, -127 to 0; null when the extension
 * `extensionId` is not there. The packet is one that `parseRtp` takes.
 */
export function readAudioLevel(packet: Uint8Array, extensionId: number): number | null {
  if (((packet[0] as number) & 0x10) === 0) return null;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const start = FIXED_HEADER_BYTES + 4 * ((packet[0] as number) & 0x0f);
  const profile = view.getUint16(start);
  const isOneByte = profile === ONE_BYTE_PROFILE;
  if (!isOneByte && profile >> 4 !== TWO_BYTE_PROFILE) return null;
  const end = start + 4 + 4 * view.getUint16(start + 2);
  for (let at = start + 4; at + 1 < end;) {
    const first = packet[at] as number;
    if (first === 0) {
      at += 1;
      continue;
    }
    const id = isOneByte ? first >> 4 : first;
    if (isOneByte && id === STOP_ID) return null;
    const length = isOneByte ? (first & 0x0f) + 1 : (packet[at + 1] as number);
    const data = at + (isOneByte ? 1 : 2);
    if (id === extensionId && length >= 1 && data < end) return -((packet[data] as number) & 0x7f);
    at = data + length;
  }
  return null;
}
