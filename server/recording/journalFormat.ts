import { crc32 } from 'node:zlib';

// The journal: what was captured, in the order of its arrival, in files that are only ever
// appended to. All numbers are little-endian:
//
//   u32  length of the body in bytes
//   u32  CRC-32 of the body (ISO 3309, as in zlib)
//   body: u8 type, u32 stream id (0: none), f64 arrival, payload
//
// Arrivals are recording time: ms since the header's origin, pauses not counted

/** The first byte of a record's body. A reader passes over numbers that it does not know. */
export const RECORD = {
  /** JSON `JournalHeader`. First in every part. */
  header: 1,
  /** JSON `StreamStart`. Said again in every part for the streams that go on. */
  streamStart: 2,
  streamEnd: 3,
  /** One RTP packet with its header. */
  rtp: 4,
  /** u32 NTP seconds, u32 NTP fraction, u32 RTP timestamp. */
  senderReport: 5,
  /** JSON `Phrase` of the protocol. */
  phrase: 6,
  mute: 7,
  unmute: 8,
  /** JSON `ConsentEntry`: what a person answered when asked whether they may be recorded. */
  consent: 9,
  /** The recording's clock, and with it all arrivals, stands still from here on. */
  pause: 10,
  /** JSON `Resume`: for how long it stood. */
  resume: 11,
  /** JSON `JournalGap`: a stretch in which nothing could be captured. */
  gap: 12,
  /** JSON `Marker`: a moment that the moderator marked. */
  marker: 13,
  /** JSON `{ reason: StopReason }`. Its arrival is the recording's end. */
  end: 14,
  /** JSON `Asked`: somebody was asked whether they may be recorded. */
  asked: 15,
  /** JSON `SpokenPhrase`: the server begins to speak a phrase. */
  spoken: 16,
} as const;

export interface JournalRecord {
  readonly type: number;
  readonly streamId: number;
  /** Milliseconds since the header's origin, without the pauses. */
  readonly arrivalMs: number;
  /** A view that holds until the next record is read. */
  readonly payload: Buffer;
}

export const PREFIX_BYTES = 8;
export const BODY_HEADER_BYTES = 13;
/** More than any packet or phrase needs; a length beyond it is damage. */
export const MAX_PAYLOAD_BYTES = 16_384;
export const MAX_BODY_BYTES = BODY_HEADER_BYTES + MAX_PAYLOAD_BYTES;

/** Bytes that a record with this payload takes in the file. */
export function recordBytes(payload: Uint8Array): number {
  return PREFIX_BYTES + BODY_HEADER_BYTES + payload.byteLength;
}

/** Writes a record into `target` at `at`, where there must be room for `recordBytes`. */
export function encodeRecord(
  target: Buffer,
  at: number,
  record: { type: number; streamId: number; arrivalMs: number; payload: Uint8Array },
): void {
  const body = at + PREFIX_BYTES;
  const end = body + BODY_HEADER_BYTES + record.payload.byteLength;
  target.writeUInt8(record.type, body);
  target.writeUInt32LE(record.streamId, body + 1);
  target.writeDoubleLE(record.arrivalMs, body + 5);
  target.set(record.payload, body + BODY_HEADER_BYTES);
  target.writeUInt32LE(end - body, at);
  target.writeUInt32LE(crc32(target.subarray(body, end)), at + 4);
}

/** The record in a body whose CRC was found right. */
export function decodeBody(body: Buffer): JournalRecord {
  return {
    type: body.readUInt8(0),
    streamId: body.readUInt32LE(1),
    arrivalMs: body.readDoubleLE(5),
    payload: body.subarray(BODY_HEADER_BYTES),
  };
}

/** A new part begins after that much of the recording. */
export const PART_MS = 3_600_000;

/** The name of a journal's file; part 0 is the first. */
export function partName(part: number): string {
  return `journal-${String(part).padStart(4, '0')}.cora`;
}

export const PART_NAME = /^journal-\d{4,}\.cora$/;
