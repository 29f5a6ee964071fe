import { describe, expect, it } from 'vitest';
import type { RecordingId, RoomId } from '#protocol';
import { recordingArchive, recordingFile } from '#web/client/api.ts';
import { durationText } from '#web/state/durations.ts';
import { parseRoute, paths } from '#web/state/route.ts';

const at = {
  roomId: 'q3hZ8mVw1xYk' as RoomId,
  recordingId: 'Vt7yH2kLq9ZpX4mN8wRb1A' as RecordingId,
  ticket: 'eyJhbGciOi.eyJpc3Mi.s-_g',
};

describe('the addresses of a recording', () => {
  it('[WP14] lead to its files with its ticket, and to saving them only where that is asked', () => {
    const files = `/api/rooms/${at.roomId}/recordings/${at.recordingId}/files`;
    expect(recordingFile(at, 'mix.webm')).toBe(`${files}/mix.webm?ticket=${at.ticket}`);
    expect(recordingFile(at, 'speakers/peer-ana1.ogg', { download: true })).toBe(
      `${files}/speakers/peer-ana1.ogg?ticket=${at.ticket}&download=1`,
    );
    expect(recordingArchive(at)).toBe(`${files}.zip?ticket=${at.ticket}`);
  });

  it('[WP15] come from no link that leaves its place', () => {
    const hostile = { ...at, roomId: '../x' as RoomId, ticket: 'a&download=1#b' };
    const url = new URL(recordingFile(hostile, 'mix.mp3'), 'https://cora.test');
    expect(url.pathname).toBe(`/api/rooms/..%2Fx/recordings/${at.recordingId}/files/mix.mp3`);
    expect([...url.searchParams]).toEqual([['ticket', 'a&download=1#b']]);
    expect(url.hash).toBe('');
  });

  it('[WP16] of the page are the ones that it reads', () => {
    const { roomId, recordingId } = at;
    const read = (path: string) => parseRoute(new URL(path, 'https://cora.test'));
    expect(read(paths.recording(roomId, recordingId, 'inv'))).toEqual({
      page: 'recording',
      ...{ roomId, recordingId, invitation: 'inv', at: 0 },
    });
    expect(read(paths.recordings(roomId, 'inv'))).toEqual({
      page: 'recordings',
      ...{ roomId, invitation: 'inv' },
    });
    expect(read(paths.room(roomId, 'inv'))).toEqual({ page: 'room', roomId, invitation: 'inv' });
    expect(read(paths.shared(recordingId, 'tok'))).toEqual({
      page: 'shared',
      ...{ recordingId, token: 'tok', at: 0 },
    });
    expect(read(paths.landing)).toEqual({ page: 'landing' });
  });
});

describe('a length of time', () => {
  it('[WP17] is shown in minutes and seconds, and in hours from the first one on', () => {
    expect([0, 7.9, 60, 3_599.99, 3_600, 36_061].map(durationText)).toEqual([
      '0:00',
      '0:07',
      '1:00',
      '59:59',
      '1:00:00',
      '10:01:01',
    ]);
    expect(durationText(-3)).toBe('0:00');
  });
});
