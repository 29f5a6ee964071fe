import { RECORD } from '#server/recording/journalFormat.ts';
import { decodeSenderReport } from '#server/recording/journalPayloads.ts';
import { readJournal } from '#server/recording/journalReader.ts';
import { parseRtp } from '#server/domain/rtp.ts';

const STEP_MS = 20;

/** What a journal says of its longest stream's clocks, a line each. */
export function clocksOf(folder: string): string[] {
  const lines: string[] = [];
  let report: { ntpMs: number; rtp: number } | null = null;
  let packet: { arrivalMs: number; timestamp: number } | null = null;
  for (const { type, payload, arrivalMs } of readJournal(folder)) {
    const at = `at ${(arrivalMs / 1_000).toFixed(2)} s`;
    const sr = type === RECORD.senderReport ? decodeSenderReport(payload) : null;
    if (sr) {
      const ntpMs = sr.ntpSeconds * 1_000 + (sr.ntpFraction / 2 ** 32) * 1_000;
      const rtp = sr.rtpTimestamp;
      if (report) {
        const step = ntpMs - report.ntpMs - ((rtp - report.rtp) | 0) / 48;
        lines.push(
          `${at}: sender report after ${Math.round(ntpMs - report.ntpMs)} ms, ` +
            `clocks ${step.toFixed(1)} ms apart`,
        );
      }
      report = { ntpMs, rtp };
    }
    const rtp = type === RECORD.rtp ? parseRtp(payload) : null;
    if (!rtp) continue;
    const { timestamp } = rtp;
    if (packet) {
      const ahead = ((timestamp - packet.timestamp) | 0) / 48;
      const jump = arrivalMs - packet.arrivalMs - ahead;
      if (Math.abs(jump) > 10 * STEP_MS || ahead > 1_000) {
        lines.push(
          `${at}: packet ${Math.round(arrivalMs - packet.arrivalMs)} ms after the last, ` +
            `timestamp ${Math.round(ahead)} ms on`,
        );
      }
    }
    packet = { arrivalMs, timestamp };
  }
  return lines;
}
