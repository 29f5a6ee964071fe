// The two messages of a DTLS 1.2 handshake that travel in the clear and say what is agreed
// (RFC 6347 section 4, RFC 5764 section 4.1), as far as they fit into one record each.

const HANDSHAKE = 22;
const ALERT = 21;
const USE_SRTP = 14;
/** Bytes before the body: the record's header and the handshake's. */
const HEADERS = 13 + 12;
/** Version and random. */
const OPENING = 2 + 32;

/** One ClientHello or ServerHello, and where in its packet stands what can be chosen. */
export interface Hello {
  readonly from: 'client' | 'server';
  /** Those that are offered, or the one that was chosen. */
  readonly cipherSuites: Buffer;
  /** Profiles for SRTP; empty where the extension is missing. */
  readonly srtpProfiles: Buffer;
  /** Two bytes: fefd is 1.2. */
  readonly version: Buffer;
}

/** Null for any other packet. What it gives out are views: to write to them changes the packet. */
export function readHello(packet: Buffer): Hello | null {
  const from = ({ 1: 'client', 2: 'server' } as const)[packet[13] ?? 0];
  if (packet[0] !== HANDSHAKE || packet.readUInt16BE(3) !== 0 || !from) return null;
  let at = HEADERS + OPENING;
  const take = (length: number) => packet.subarray(at, (at += length));
  const takeList = (lengthBytes: number) => take(take(lengthBytes).readUIntBE(0, lengthBytes));

  takeList(1);
  if (from === 'client') takeList(1);
  const cipherSuites = from === 'client' ? takeList(2) : take(2);
  if (from === 'client') takeList(1);
  else take(1);
  const end = at + 2 + packet.readUInt16BE(at);
  take(2);
  let srtpProfiles = packet.subarray(0, 0);
  while (at < end) {
    const type = take(2).readUInt16BE();
    const body = takeList(2);
    if (type === USE_SRTP) srtpProfiles = body.subarray(2, 2 + body.readUInt16BE());
  }
  return { from, cipherSuites, srtpProfiles, version: packet.subarray(HEADERS, HEADERS + 2) };
}

/** Whether it refuses the handshake (RFC 5246 section 7.2). */
export function isFatalAlert(packet: Buffer): boolean {
  return packet[0] === ALERT && packet[13] === 2;
}

/** Whether it is RTP, encrypted or not, and no RTCP (RFC 7983, RFC 5761). */
export function isRtp(packet: Buffer): boolean {
  const [first = 0, second = 0] = packet;
  return first >= 128 && first < 192 && (second < 192 || second > 223);
}
