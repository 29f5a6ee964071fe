/** An RTP packet as mediasoup hands it out: 0x90, a header extension, then the payload. */
export function rtpPacket(options: {
  sequence: number;
  timestamp: number;
  payload: Uint8Array;
  payloadType?: number;
}): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x90, 0);
  header.writeUInt8(options.payloadType ?? 100, 1);
  header.writeUInt16BE(options.sequence & 0xffff, 2);
  header.writeUInt32BE(options.timestamp >>> 0, 4);
  header.writeUInt32BE(0x12345678, 8);
  header.writeUInt16BE(0xbede, 12);
  header.writeUInt16BE(1, 14);
  header.writeUInt8(0x10, 16);
  return Buffer.concat([header, options.payload]);
}
