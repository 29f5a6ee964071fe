import { beforeEach, describe, expect, it } from 'vitest';
import type { PeerId, Role } from '#protocol';
import { Room } from '#server/domain/room.ts';
import { ROOM_ID, SETTINGS, identity } from '#tests/support/builders.ts';

describe('the names of an audience', () => {
  let room: Room;
  beforeEach(() => {
    room = new Room({ roomId: ROOM_ID, roomName: 'Coro', settings: SETTINGS, maxPeers: 1_000 });
  });

  const enter = (displayName: string, role: Role = 'audience'): PeerId => {
    const newcomer = identity({ displayName, role });
    room.join(newcomer, undefined, 0);
    return newcomer.peerId;
  };
  /** All pages, with `between` called before each but the first. */
  function read(query?: string, between: (page: number) => void = () => {}): PeerId[][] {
    const pages: PeerId[][] = [];
    for (let after: number | null | undefined; after !== null;) {
      if (pages.length > 0) between(pages.length);
      const asked = {
        ...(after !== undefined && { after }),
        ...(query !== undefined && { query }),
      };
      const { people, next } = room.listAudience(asked);
      pages.push(people.map(({ peerId }) => peerId));
      after = next;
    }
    return pages;
  }

  it('[AV9] come in order of arrival, a page at a time, whoever comes and leaves in between', () => {
    enter('Mia', 'moderator');
    const crowd = Array.from({ length: 120 }, (_, n) => enter(`Oyente ${String(n)}`));
    expect(read().map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(read().flat()).toEqual(crowd);
    const last: PeerId[] = [];
    const seen = read(undefined, (page) => {
      room.leave(crowd[page]!);
      room.leave(crowd[118 + page]!);
      last.push(enter('Tarde'));
    }).flat();
    const gone = [crowd[119]!, crowd[120]!];
    expect(seen).toEqual([...crowd.filter((peerId) => !gone.includes(peerId)), ...last]);
    expect(room.listAudience({}).total).toBe(room.audience);
  });

  it('[AV10] are found whatever the case and the accents, and counted', () => {
    const found = ['María', 'MARÍA José', 'Ana Maria', 'tamariz'].map((name) => enter(name));
    for (const name of ['Mario', 'Ana', 'Mar']) enter(name);
    enter('María', 'speaker');
    expect(read('maria').flat()).toEqual(found.slice(0, 3));
    expect(read('MARÍ').flat()).toHaveLength(5);
    expect(room.listAudience({ query: ' maRI ' }).total).toBe(5);
    expect(read('xyz')).toEqual([[]]);
    expect(read(' ').flat()).toHaveLength(7);
  });
});
