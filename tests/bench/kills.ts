import { writeThroughKills } from '#tests/support/kills.ts';

const KILLS = 20;

/** What is left of phrases after `kill -9` at moments that nobody chose. */
export async function measureKills(): Promise<string> {
  const { said, acknowledged, lost, notOnce, seqs } = await writeThroughKills(KILLS);
  const gaps = seqs.filter((seq, index) => seq !== index + 1).length;
  return (
    `${lost.length} of ${acknowledged} that had come back lost, ${notOnce.length} of ${said} said ` +
    `not at all or twice, ${gaps} numbers out of order (${KILLS} kills)`
  );
}
