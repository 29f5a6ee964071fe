import { ProtocolError, type PeerId, type Phrase, type StopReason } from '#protocol';
import type { ConsentEntry } from '#server/domain/consent.ts';
import type { ActiveRecording, RecordedTrack, Recorder } from '#server/session/ports.ts';
import { Latch } from './fakes.ts';

type StartOptions = Parameters<Recorder['start']>[0];
type TrackOptions = Parameters<ActiveRecording['addTrack']>[0];

/** Keeps what it is given instead of writing it. */
export class FakeRecorder implements Recorder {
  readonly recordings: FakeRecording[] = [];
  readonly starting = new Latch();
  hasRoom = true;

  async start(options: StartOptions): Promise<FakeRecording> {
    await this.starting.wait();
    if (!this.hasRoom) throw new ProtocolError('STORAGE_FAILED', 'the disk is full');
    const recording = new FakeRecording(options);
    this.recordings.push(recording);
    return recording;
  }

  /** The newest recording. */
  get recording(): FakeRecording {
    const recording = this.recordings.at(-1);
    if (!recording) throw new Error('nothing was recorded');
    return recording;
  }
}

export class FakeRecording implements ActiveRecording {
  readonly options: StartOptions;
  readonly tracks: FakeTrack[] = [];
  readonly phrases: Phrase[] = [];
  readonly spokenPhrases: { seq: number; durationMs: number }[] = [];
  readonly stops: StopReason[] = [];
  readonly consents: ConsentEntry[] = [];
  readonly askedPeers: PeerId[] = [];
  /** Pauses, resumptions, interruptions and markers, in their order. */
  readonly marks: string[] = [];
  readonly stopping = new Latch();
  closesCleanly = true;

  constructor(options: StartOptions) {
    this.options = options;
  }

  addTrack(options: TrackOptions): FakeTrack {
    const track = new FakeTrack(options);
    this.tracks.push(track);
    return track;
  }

  phrase(phrase: Phrase): void {
    this.phrases.push(phrase);
  }

  spoken(seq: number, durationMs: number): void {
    this.spokenPhrases.push({ seq, durationMs });
  }

  consent(entry: ConsentEntry): void {
    this.consents.push(entry);
  }

  asked(peerId: PeerId): void {
    this.askedPeers.push(peerId);
  }

  pause(): void {
    this.marks.push('pause');
  }

  resume(): void {
    this.marks.push('resume');
  }

  interrupt(): void {
    this.marks.push('interrupt');
  }

  marker(label: string): void {
    this.marks.push(`marker ${label}`);
  }

  async stop(reason: StopReason): Promise<void> {
    this.stops.push(reason);
    await this.stopping.wait();
    if (!this.closesCleanly) throw new Error('the disk is gone');
  }
}

export class FakeTrack implements RecordedTrack {
  readonly options: TrackOptions;
  readonly muted: boolean[] = [];
  readonly packets: Uint8Array[] = [];
  ends = 0;

  constructor(options: TrackOptions) {
    this.options = options;
  }

  rtp(packet: Uint8Array): void {
    this.packets.push(packet);
  }

  senderReport(): void {}

  setMuted(muted: boolean): void {
    this.muted.push(muted);
  }

  end(): void {
    this.ends += 1;
  }
}
