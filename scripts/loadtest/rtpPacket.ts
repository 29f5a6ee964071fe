import { parseRtp, type RtpPacket as ParsedRtp } from '#server/domain/rtp.ts';

/** What is read of a packet, and whose stream it is of. */
export type RtpPacket = Omit<ParsedRtp, 'marker'> & { readonly ssrc: number };

const FIXED_BYTES = 12;
const VERSION_2 = 0x80;
const EXTENDED = 0x10;
/** One-byte header extensions (RFC 8285 section 4.2). */
const ONE_BYTE_PROFILE = 0xbede;
/** Packet types of RTCP, where it shares a port with RTP (RFC 5761 section 4). */
const RTCP_FIRST = 192;
const RTCP_LAST = 223;

/** @returns null for RTCP and for what is neither */
export function readRtp(packet: Buffer): RtpPacket | null {
  const second = packet[1] ?? 0;
  if (second >= RTCP_FIRST && second <= RTCP_LAST) return null;
  const parsed = parseRtp(packet);
  return parsed && { ...parsed, ssrc: packet.readUInt32BE(8) };
}

/** A packet with how loud it is (RFC 6464): `level` in -dBov, 0 to 127. */
export function writeRtp(packet: {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  level: number;
  levelExtensionId: number;
  payload: Uint8Array;
}): Buffer {
  const { payload, level } = packet;
  const extensionBytes = 8;
  const bytes = Buffer.alloc(FIXED_BYTES + extensionBytes + payload.length);
  bytes.writeUInt8(VERSION_2 | EXTENDED, 0);
  bytes.writeUInt8((packet.marker ? 0x80 : 0) | packet.payloadType, 1);
  bytes.writeUInt16BE(packet.sequence & 0xffff, 2);
  bytes.writeUInt32BE(packet.timestamp >>> 0, 4);
  bytes.writeUInt32BE(packet.ssrc, 8);
  bytes.writeUInt16BE(ONE_BYTE_PROFILE, FIXED_BYTES);
  bytes.writeUInt16BE(1, FIXED_BYTES + 2);
  bytes.writeUInt8(packet.levelExtensionId << 4, FIXED_BYTES + 4);
  bytes.writeUInt8(level < 127 ? 0x80 | level : level, FIXED_BYTES + 5);
  bytes.set(payload, FIXED_BYTES + extensionBytes);
  return bytes;
}
