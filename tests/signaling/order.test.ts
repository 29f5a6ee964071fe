import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identity } from '#tests/support/builders.ts';
import { Switchboard, type Client } from '#tests/support/switchboard.ts';

const JOINING = 12;

describe('joining together', () => {
  let board: Switchboard;
  beforeEach(async () => {
    board = await Switchboard.open();
  });
  afterEach(() => board.close());

  /** Joins, and resolves with all revisions known in the end: the answer's, and those told after it. */
  async function revisionsOf(client: Client): Promise<number[]> {
    const told = () =>
      client.notifications.map(({ body }) => (body as { revision: number }).revision);
    const all = new Promise<void>((resolve) => {
      client.socket.on('rosterChanged', () => {
        if (told().at(-1) === JOINING) resolve();
      });
    });
    const reply = await client.ask('join', {});
    const joined = reply.ok ? Number(reply.data['revision']) : NaN;
    if (joined < JOINING) await all;
    return [joined, ...told().filter((revision) => revision > joined)];
  }

  it('[SG20] leaves nobody with a gap between the answer and what is told', async () => {
    const clients = await Promise.all(
      Array.from({ length: JOINING - 2 }, () => board.connect(identity())),
    );
    board.house.engine.opening.hold();
    const joins = clients.map(revisionsOf);
    // Answered, so those joins were taken before them: all wait for the room.
    await Promise.all(clients.map((client) => client.codeOf('setMuted', { muted: true })));
    board.house.engine.opening.open();
    for (let i = 0; i < 2; i += 1) joins.push(revisionsOf(await board.connect(identity())));
    for (const revisions of await Promise.all(joins)) {
      const [first = NaN] = revisions;
      expect(revisions).toEqual(revisions.map((_, index) => first + index));
      expect(revisions.at(-1)).toBe(JOINING);
    }
  });
});
