import { describe, expect, it } from 'vitest';
import type { PeerId, Phrase } from '#protocol';
import { INITIAL_ROOM_STATE, type RoomState } from '#web/client/roomState.ts';
import { newlyUnspoken, toBeRead, type Hearing } from '#web/state/phraseNews.ts';

const [ANA, BETO] = ['peer-ana1', 'peer-beto'] as [PeerId, PeerId];

const phrase = (seq: number, change: Partial<Phrase> = {}): Phrase => ({
  seq,
  at: 1_750_000_000_000,
  authorId: ANA,
  authorName: 'Ana',
  text: `frase ${seq}`,
  language: 'es-MX',
  draftId: `d${seq}`,
  ...change,
});
const state = (change: Partial<RoomState> = {}): RoomState => ({
  ...INITIAL_ROOM_STATE,
  connection: 'connected',
  phrases: [phrase(1)],
  voices: ['es', 'en'],
  ...change,
});
const hearing = (change: Partial<Hearing> = {}): Hearing => ({
  aloud: true,
  silenced: new Set(),
  browserSpeaks: () => false,
  ...change,
});
/** Numbers of those that are read out when `phrases` come. */
const read = (room: Partial<RoomState>, wants: Partial<Hearing>, phrases = [phrase(2)]) => {
  const before = state(room);
  const now = { ...before, phrases: [...before.phrases, ...phrases] };
  return toBeRead(before, now, hearing(wants)).map(({ seq }) => seq);
};

describe('phrases in the live region', () => {
  it('[WN1] are those that no voice says here, and no others', () => {
    expect(read({}, {})).toEqual([]);
    expect(read({}, { aloud: false })).toEqual([2]);
    expect(read({}, { aloud: false, browserSpeaks: () => true })).toEqual([2]);
    expect(read({ playbackBlocked: true }, {})).toEqual([2]);
  });

  it('[WN2] are those of authors who are silenced', () => {
    const both = [phrase(2), phrase(3, { authorId: BETO })];
    expect(read({}, { silenced: new Set([BETO]) }, both)).toEqual([3]);
  });

  it('[WN3] are left to the browser’s voice where sound is lost or the room has none', () => {
    const lost: Partial<RoomState> = { soundLost: { sinceMs: 0, reason: 'blocked' } };
    const browserSpeaks = (language: string) => language.startsWith('es');
    expect(read(lost, {})).toEqual([2]);
    expect(read(lost, { browserSpeaks })).toEqual([]);
    const french = [phrase(2, { language: 'fr' })];
    expect(read({}, { browserSpeaks }, french)).toEqual([2]);
    expect(read({ speech: INITIAL_ROOM_STATE.speech }, { browserSpeaks })).toEqual([]);
  });

  it('[WN4] are read once, all that came together in their order', () => {
    expect(read({}, { aloud: false }, [phrase(2), phrase(3)])).toEqual([2, 3]);
    const room = state();
    expect(toBeRead(room, { ...room, roomName: 'x' }, hearing({ aloud: false }))).toEqual([]);
  });
});

describe('one’s own phrases that were not spoken', () => {
  it('[WN5] are told of once, and not before they are here', () => {
    const early = state({ unspoken: { 2: 'queueFull' } });
    expect(newlyUnspoken(state(), early)).toEqual([]);
    const here = { ...early, phrases: [phrase(1), phrase(2)] };
    expect(newlyUnspoken(early, here)).toEqual([{ phrase: phrase(2), reason: 'queueFull' }]);
    const more = { ...here, unspoken: { ...here.unspoken, 1: 'skipped' as const } };
    expect(newlyUnspoken(here, more)).toEqual([{ phrase: phrase(1), reason: 'skipped' }]);
    expect(newlyUnspoken(more, { ...more, heardBy: {} })).toEqual([]);
  });
});
