import type { Manifest, PeerId, StopReason } from '#protocol';
import { neverRecorded, type ConsentEntry } from '../domain/consent.ts';
import type { StreamPlan } from '../domain/timedPackets.ts';
import { StreamTimeline } from '../domain/timeline.ts';
import { feed, type AudioPacket } from './audioPacket.ts';
import type { TimedPhrase } from './captions.ts';
import { RECORD, recordBytes, type JournalRecord } from './journalFormat.ts';
import {
  AskedSchema,
  ConsentEntrySchema,
  decodeJson,
  EndSchema,
  JournalGapSchema,
  JournalHeaderSchema,
  MarkerSchema,
  PhraseSchema,
  SpokenPhraseSchema,
  ResumeSchema,
  StreamStartSchema,
  type JournalGap,
  type JournalHeader,
} from './journalPayloads.ts';
import { readJournal } from './journalReader.ts';
import { isStereo } from '../domain/opus.ts';

/** What the first pass over a journal finds out: everything but the sound itself. */
export interface Survey {
  readonly header: JournalHeader;
  /** The recording's length in ms. */
  readonly durationMs: number;
  /** Null when the journal just stops: its writer died. */
  readonly stopReason: StopReason | null;
  readonly streams: ReadonlyMap<number, SurveyedStream>;
  readonly speakers: ReadonlyMap<PeerId, { displayName: string; stereo: boolean }>;
  readonly phrases: readonly TimedPhrase[];
  readonly gaps: readonly JournalGap[];
  readonly markers: Manifest['markers'];
  readonly pauses: Manifest['pauses'];
  readonly consents: readonly ConsentEntry[];
  /** Names, or null for one who would not be named, of those who are not in it. */
  readonly notRecorded: readonly (string | null)[];
  /** Something in the journal could not be read or did not fit, beyond a last record cut short. */
  readonly incomplete: boolean;
}

export interface SurveyedStream {
  readonly peerId: PeerId;
  /** 0, 1, 2 ... in the order of their beginning. */
  readonly order: number;
  readonly plan: StreamPlan;
}

/** Phrases are held in memory and in the manifest, so their number is bounded. */
const MAX_PHRASES = 50_000;
/** So is that of markers, pauses and answers each. */
const MAX_NOTES = 10_000;

interface OpenStream {
  readonly peerId: PeerId;
  readonly displayName: string;
  readonly order: number;
  readonly timeline: StreamTimeline<AudioPacket>;
}

class Surveyor {
  readonly streams = new Map<number, OpenStream>();
  readonly speakers = new Map<PeerId, { displayName: string; stereo: boolean }>();
  readonly phrases: TimedPhrase[] = [];
  readonly gaps: JournalGap[] = [];
  readonly markers: Manifest['markers'] = [];
  readonly pauses: Manifest['pauses'] = [];
  readonly consents: ConsentEntry[] = [];
  readonly asked: PeerId[] = [];
  header: JournalHeader | null = null;
  stopReason: StopReason | null = null;
  lastMs = 0;
  incomplete = false;
  #damagedAtMs: number | null = null;

  take(record: JournalRecord): void {
    if (this.#damagedAtMs !== null) {
      this.gaps.push({
        startMs: this.#damagedAtMs,
        endMs: record.arrivalMs,
        reason: 'journalDamaged',
      });
      this.#damagedAtMs = null;
    }
    this.lastMs = Math.max(this.lastMs, record.arrivalMs);
    switch (record.type) {
      case RECORD.header:
        this.header ??= decodeJson(JournalHeaderSchema, record.payload);
        break;
      case RECORD.streamStart:
        this.#openStream(record);
        break;
      case RECORD.rtp:
      case RECORD.senderReport:
        this.#audio(record);
        break;
      case RECORD.phrase:
        this.#phrase(record);
        break;
      case RECORD.spoken:
        this.#spoken(record);
        break;
      case RECORD.gap: {
        const gap = decodeJson(JournalGapSchema, record.payload);
        if (gap !== null) this.gaps.push(gap);
        break;
      }
      case RECORD.marker: {
        const marker = decodeJson(MarkerSchema, record.payload);
        if (marker !== null) this.#note(this.markers, { seconds: toSeconds(record), ...marker });
        break;
      }
      case RECORD.resume: {
        const resumed = decodeJson(ResumeSchema, record.payload);
        if (resumed === null) break;
        const seconds = Math.round(resumed.pausedMs) / 1_000;
        this.#note(this.pauses, { atSeconds: toSeconds(record), seconds });
        break;
      }
      case RECORD.consent: {
        const entry = decodeJson(ConsentEntrySchema, record.payload);
        if (entry !== null) this.#note(this.consents, entry);
        break;
      }
      case RECORD.asked: {
        const asked = decodeJson(AskedSchema, record.payload);
        if (asked !== null) this.#note(this.asked, asked.peerId);
        break;
      }
      case RECORD.end:
        this.stopReason = decodeJson(EndSchema, record.payload)?.reason ?? null;
        break;
    }
  }

  partDamaged(): void {
    this.incomplete = true;
    this.#damagedAtMs = this.lastMs;
  }

  #openStream(record: JournalRecord): void {
    if (this.streams.has(record.streamId)) return;
    const start = decodeJson(StreamStartSchema, record.payload);
    if (start === null) return;
    this.streams.set(record.streamId, {
      peerId: start.peerId,
      displayName: start.displayName,
      order: this.streams.size,
      timeline: new StreamTimeline(),
    });
  }

  #audio(record: JournalRecord): void {
    const stream = this.streams.get(record.streamId);
    if (stream === undefined) return;
    for (const { packet } of feed(stream.timeline, record, false)) {
      const known = this.speakers.get(stream.peerId);
      const { displayName } = stream;
      const stereo = isStereo(packet.payload[0] ?? 0);
      if (known === undefined) this.speakers.set(stream.peerId, { displayName, stereo });
      else {
        known.displayName = displayName;
        known.stereo ||= stereo;
      }
    }
  }

  #note<Entry>(list: Entry[], entry: Entry): void {
    if (list.length < MAX_NOTES) list.push(entry);
    else this.incomplete = true;
  }

  #phrase(record: JournalRecord): void {
    const phrase = decodeJson(PhraseSchema, record.payload);
    if (phrase === null || this.phrases.length >= MAX_PHRASES) this.incomplete = true;
    else this.phrases.push({ startMs: record.arrivalMs, phrase });
  }

  /** Its caption stands where it is heard, and so long. */
  #spoken(record: JournalRecord): void {
    const spoken = decodeJson(SpokenPhraseSchema, record.payload);
    const at = this.phrases.findLastIndex(({ phrase }) => phrase.seq === spoken?.seq);
    const [said] = at < 0 ? [] : this.phrases.splice(at, 1);
    if (!spoken || !said) return;
    const { arrivalMs: startMs } = record;
    this.phrases.push({ ...said, startMs, spokenMs: spoken.durationMs });
  }
}

function toSeconds(record: JournalRecord): number {
  return Math.max(0, Math.round(record.arrivalMs)) / 1_000;
}

/**
 * Reads a recording's journal once, from its first record to its last sound one.
 * @param read told the bytes of each record
 * @throws Error when there is no header to tell what it is
 */
export function surveyJournal(folder: string, read: (bytes: number) => void = () => {}): Survey {
  const surveyor = new Surveyor();
  const records = readJournal(folder, (end, isLast) => {
    if (end === 'damaged' || (end === 'torn' && !isLast)) surveyor.partDamaged();
  });
  for (const record of records) {
    surveyor.take(record);
    read(recordBytes(record.payload));
  }
  const { header, stopReason, speakers, phrases, incomplete } = surveyor;
  const { gaps, markers, pauses, consents } = surveyor;
  if (header === null) throw new Error('the journal has no readable header');

  const streams = new Map<number, SurveyedStream>();
  for (const [streamId, { peerId, order, timeline }] of surveyor.streams) {
    streams.set(streamId, { peerId, order, plan: timeline.plan() });
  }
  const durationMs = surveyor.lastMs;
  const notRecorded = neverRecorded(surveyor.asked, consents);
  return {
    ...{ header, durationMs, stopReason, streams, speakers, phrases, incomplete },
    ...{ gaps, markers, pauses, consents, notRecorded },
  };
}

/** The header of a recording's journal, or null when none can be read. */
export function readHeader(folder: string): JournalHeader | null {
  try {
    for (const record of readJournal(folder)) {
      if (record.type === RECORD.header) return decodeJson(JournalHeaderSchema, record.payload);
    }
  } catch {
    // A folder that cannot be read is no recording.
  }
  return null;
}
