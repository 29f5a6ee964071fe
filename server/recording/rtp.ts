/** What the recorder needs of an RTP packet. `payload` is a view into the packet. */
export interface RtpPacket {
  /** 16 bits. */
  readonly sequence: number;
  /** 32 bits, in samples at 48 kHz for Opus (RFC 7587 section 4.1). */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

const FIXED_HEADER_BYTES = 12;

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
    payload: packet.subarray(start, end),
  };
}
