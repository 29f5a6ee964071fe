import type { Manifest, PeerId, RecordingFile, RecordingId, RecordingSummary } from '#protocol';
import { ROOM_ID } from './builders.ts';

export const RECORDING_ID = 'recording-0000001' as RecordingId;

/** A file of 14 bytes, which a test may write. */
export function recordingFile(path: string, mimeType: string): RecordingFile {
  return { path, mimeType, sizeBytes: 14, sha256: 'ab'.repeat(32) };
}

/** A recording of Ana, who spoke for a second and said one phrase. */
export function manifest(change: Partial<Manifest> = {}): Manifest {
  const ana = { peerId: 'peer-ana-1' as PeerId, displayName: 'Ana' };
  return {
    version: 1,
    recordingId: RECORDING_ID,
    roomId: ROOM_ID,
    roomName: 'Coro',
    startedAt: 1_750_000_000_000,
    startedBy: 'Ana',
    stopReason: 'stopped',
    durationSeconds: 1.5,
    speakers: [
      {
        ...ana,
        file: recordingFile('speakers/ana.ogg', 'audio/ogg'),
        peaks: recordingFile('peaks/ana.json', 'application/json'),
        segments: [{ startSeconds: 0.2, endSeconds: 1.2 }],
        packets: 50,
        lostPackets: 0,
      },
    ],
    phrases: [
      {
        seq: 1,
        startSeconds: 0.5,
        endSeconds: 1.5,
        authorId: ana.peerId,
        authorName: 'Ana',
        text: 'Hola a todos',
        language: 'es',
      },
    ],
    captions: recordingFile('captions.vtt', 'text/vtt'),
    captionsJson: recordingFile('captions.json', 'application/json'),
    mix: {
      mp3: recordingFile('mix.mp3', 'audio/mpeg'),
      webm: recordingFile('mix.webm', 'audio/webm'),
    },
    player: recordingFile('player.html', 'text/html'),
    consentLog: recordingFile('consent.json', 'application/json'),
    notRecorded: { count: 1, names: [] },
    markers: [],
    pauses: [],
    gaps: [],
    ...change,
  };
}

export function summaryOf(
  { recordingId, roomId, roomName, startedAt, startedBy, durationSeconds }: Manifest,
  change: Partial<RecordingSummary> = {},
): RecordingSummary {
  return {
    ...{ recordingId, roomId, roomName, startedAt, startedBy, durationSeconds },
    state: 'ready',
    speakers: ['Ana'],
    phraseCount: 1,
    progress: 1,
    sizeBytes: 14,
    ...change,
  };
}
