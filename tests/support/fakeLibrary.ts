import { Readable } from 'node:stream';
import { ProtocolError, type RecordingId, type RoomId, type RunningRecording } from '#protocol';
import type {
  DeletedBy,
  FoundRecording,
  RecordingControl,
  RecordingLibrary,
  StoredFile,
} from '#server/session/ports.ts';
import type { Manifest, RecordingSummary } from '#protocol';

/** What every file of the library holds. */
export const SOUND = 'OggS0123456789';

/** Knows the recordings that it was given; every file of theirs holds SOUND. */
export class FakeLibrary implements RecordingLibrary {
  readonly shelf = new Map<RecordingId, FoundRecording>();
  readonly deletions: { recordingId: RecordingId; deletedBy: DeletedBy }[] = [];
  fails = false;
  /** The files are gone, though the manifest names them. */
  isEmpty = false;

  put(summary: RecordingSummary, manifest: Manifest | null): void {
    this.shelf.set(summary.recordingId, { summary, manifest });
  }

  async list(roomId: RoomId): Promise<RecordingSummary[]> {
    if (this.fails) throw new Error('/var/lib/cora: EIO');
    return [...this.shelf.values()]
      .map(({ summary }) => summary)
      .filter((summary) => summary.roomId === roomId);
  }

  async get(roomId: RoomId, recordingId: RecordingId): Promise<FoundRecording | null> {
    const found = this.shelf.get(recordingId);
    return found?.summary.roomId === roomId ? found : null;
  }

  async openFile(manifest: Manifest, path: string): Promise<StoredFile | null> {
    const file = manifest.speakers.map((speaker) => speaker.file).find((it) => it.path === path);
    if (!file) return null;
    const read: StoredFile['read'] = async (range) =>
      this.isEmpty
        ? null
        : Readable.from(range ? SOUND.slice(range.start, range.end + 1) : SOUND, {
            objectMode: false,
          });
    return { file, read };
  }

  async openArchive(): Promise<NodeJS.ReadableStream> {
    return Readable.from(Buffer.from('PK\u0005\u0006 everything'), { objectMode: false });
  }

  async delete(roomId: RoomId, recordingId: RecordingId, deletedBy: DeletedBy): Promise<boolean> {
    const found = await this.get(roomId, recordingId);
    if (!found) return false;
    if (found.summary.state === 'recording') {
      throw new ProtocolError('RECORDING_STATE', 'the recording is not done yet');
    }
    this.deletions.push({ recordingId, deletedBy });
    return this.shelf.delete(recordingId);
  }
}

/** Starts and stops nothing, and says so as a room would. */
export class FakeControl implements RecordingControl {
  running: RunningRecording | null = null;
  isOpen = true;

  async startRecording(_roomId: RoomId, startedBy: string): Promise<RunningRecording> {
    if (!this.isOpen) throw new ProtocolError('NOT_FOUND', 'nobody is in the room');
    if (this.running) throw new ProtocolError('RECORDING_STATE', 'a recording is running');
    const recordingId = 'recording-0000009' as RecordingId;
    this.running = { recordingId, startedAt: 7, startedBy, pausedAt: null, pausedMs: 0 };
    return this.running;
  }

  async stopRecording(_roomId: RoomId, recordingId: RecordingId): Promise<void> {
    if (this.running?.recordingId !== recordingId) {
      throw new ProtocolError('RECORDING_STATE', 'the recording has ended');
    }
    this.running = null;
  }
}
