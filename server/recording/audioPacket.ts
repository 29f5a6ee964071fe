import type { Accepted, TimedPacket } from '../domain/timedPackets.ts';
import type { StreamTimeline } from '../domain/timeline.ts';
import { RECORD, type JournalRecord } from './journalFormat.ts';
import { decodeSenderReport } from './journalPayloads.ts';
import { packetSamples } from '../domain/opus.ts';
import { parseRtp } from '../domain/rtp.ts';

/** One Opus packet of a stream as the journal holds it. */
export interface AudioPacket extends TimedPacket {
  readonly sequence: number;
  /** A view into the record. */
  readonly payload: Uint8Array;
}

/** The packet in an RTP record, or null when it is no RTP or no Opus: garbage harms nobody. */
function readAudioPacket(record: JournalRecord): AudioPacket | null {
  const rtp = parseRtp(record.payload);
  if (rtp === null) return null;
  const samples = packetSamples(rtp.payload);
  return samples === null ? null : { ...rtp, samples, arrivalMs: record.arrivalMs };
}

const NONE: readonly Accepted<AudioPacket>[] = [];
const NTP_FRACTION = 2 ** 32;

/**
 * Feeds a record to its stream's timeline: an RTP packet or a sender report, else nothing happens.
 * Both passes over the journal go through here, so that they accept the same packets.
 * @param keep copies the payload, which otherwise holds until the next record only
 */
export function feed(
  timeline: StreamTimeline<AudioPacket>,
  record: JournalRecord,
  keep: boolean,
): readonly Accepted<AudioPacket>[] {
  if (record.type === RECORD.rtp) {
    const packet = readAudioPacket(record);
    if (packet === null) return NONE;
    return timeline.push(keep ? { ...packet, payload: Buffer.from(packet.payload) } : packet);
  }
  if (record.type === RECORD.senderReport) {
    const report = decodeSenderReport(record.payload);
    if (report === null) return NONE;
    const ntpSeconds = report.ntpSeconds + report.ntpFraction / NTP_FRACTION;
    timeline.report({ ntpSeconds, rtpTimestamp: report.rtpTimestamp });
  }
  return NONE;
}
