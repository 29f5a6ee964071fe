import { describe, expect, it } from 'vitest';
import { phraseLaneOf } from '#protocol';
import { friendlyNames } from '#server/recording/friendlyNames.ts';
import { offlinePlayer, type PlayerVoice } from '#server/recording/offlinePlayer.ts';
import { manifest, recordingFile } from '#tests/support/manifest.ts';

describe('what the room’s voice said for somebody', () => {
  it('[PL1] is a lane of its own, with their name and their tint', () => {
    const [ana] = manifest().speakers;
    const spoken = {
      ...ana!,
      peerId: phraseLaneOf(ana!.peerId),
      file: recordingFile('speakers/ana_phrases.ogg', 'audio/ogg'),
      peaks: recordingFile('peaks/ana_phrases.json', 'application/json'),
    };
    const recorded = manifest({ speakers: [ana!, spoken] });
    const page = offlinePlayer(recorded, () => ({ version: 1, stepSeconds: 0.1, peaks: [] }));
    const data = /<script[^>]*application\/json[^>]*>([^<]+)</.exec(page)?.[1] ?? '';
    const { speakers } = JSON.parse(data) as { speakers: PlayerVoice[] };
    expect(speakers.map(({ label, phrases, seed }) => [label, phrases, seed])).toEqual([
      ['Ana', false, ana!.peerId],
      ['Ana', true, ana!.peerId],
    ]);
    const names = friendlyNames(recorded);
    expect(names.get(ana!.file.path)).toBe('voces/01-ana.ogg');
    expect(names.get(spoken.file.path)).toBe('voces/02-frases-ana.ogg');
  });
});
