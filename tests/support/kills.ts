import { setTimeout as delay } from 'node:timers/promises';
import type { Phrase, RoomCreated } from '#protocol';
import { RawSocket, accessToken } from './rawSocket.ts';
import { Robot } from './robot.ts';
import { ServerProcess } from './server.ts';
import { createRoom } from './visit.ts';

const AUTHORS = 2;
/** Below the rate that a person may send at. */
const PAUSE_MS = 600;
/** What is sent again at once when the server is back stays within the burst that it allows. */
const MOST_PENDING = 3;
/** How long after everybody is back the server is killed again. */
const RUN_MS = { min: 200, max: 1_500 };

export interface Endured {
  readonly said: number;
  /** Phrases that had come back to their author when the server was gone. */
  readonly acknowledged: number;
  /** Of those, the ones that the next server did not have as they were. */
  readonly lost: readonly string[];
  /** What was said and stands there not once. */
  readonly notOnce: readonly string[];
  /** Of all that the last server has, oldest first. */
  readonly seqs: readonly number[];
  /** Those that the authors were told of, each in the order in which they were. */
  readonly heard: readonly (readonly number[])[];
  /** As the authors had them at one time or another. */
  readonly logIds: ReadonlySet<string | null>;
}

/** Two who write without a pause while their server is killed, at moments that nobody chose, and begun again. */
export async function writeThroughKills(kills: number): Promise<Endured> {
  let server = await ServerProcess.start();
  const port = Number(new URL(server.url).port);
  const robots: Robot[] = [];
  const said: string[] = [];
  const acknowledged = new Map<string, Phrase>();
  const logIds = new Set<string | null>();
  const talking = new AbortController();
  try {
    const room = await createRoom(server.url, 'Sala');
    for (let index = 0; index < AUTHORS; index += 1) {
      robots.push(await Robot.enter(server.url, room, { role: 'speaker', name: `P${index}` }));
    }
    const writing = robots.map((robot, index) => write(robot, `P${index}`, said, talking.signal));
    const takeNotes = () => {
      for (const { peerId, client } of robots) {
        logIds.add(client.state.logId);
        for (const phrase of client.state.phrases) {
          if (phrase.authorId === peerId) acknowledged.set(phrase.draftId, phrase);
        }
      }
    };
    for (let kill = 0; kill < kills; kill += 1) {
      await delay(RUN_MS.min + Math.random() * (RUN_MS.max - RUN_MS.min));
      await server.end('SIGKILL');
      takeNotes();
      server = await ServerProcess.start({ home: server.home, port });
      const before = said.length;
      await Promise.all(robots.map((robot) => isHeardAfter(robot, said, before)));
    }
    takeNotes();
    talking.abort();
    await Promise.all(writing);
    await Promise.all(robots.map((robot) => robot.until((it) => it.pendingPhrases.length === 0)));
    const all = await everyPhrase(server.url, room);
    const byDraft = new Map(all.map((phrase) => [phrase.draftId, phrase]));
    const isKept = ([draftId, { seq, text }]: [string, Phrase]) =>
      byDraft.get(draftId)?.seq === seq && byDraft.get(draftId)?.text === text;
    return {
      said: said.length,
      acknowledged: acknowledged.size,
      lost: [...acknowledged].filter((entry) => !isKept(entry)).map(([, { text }]) => text),
      notOnce: said.filter((text) => all.filter((phrase) => phrase.text === text).length !== 1),
      seqs: all.map(({ seq }) => seq),
      heard: robots.map(({ client }) => client.state.phrases.map(({ seq }) => seq)),
      logIds,
    };
  } finally {
    talking.abort();
    for (const robot of robots) robot.close();
    await server.cleanUp();
  }
}

async function write(
  robot: Robot,
  name: string,
  said: string[],
  signal: AbortSignal,
): Promise<void> {
  for (let count = 1; !signal.aborted; count += 1) {
    const text = `${name} dice la frase ${count}`;
    said.push(text);
    robot.client.phrases.send(text, 'es');
    await delay(PAUSE_MS, undefined, { signal }).catch(() => {});
    await robot.until(({ pendingPhrases }) => pendingPhrases.length < MOST_PENDING);
  }
}

/** Resolves when one of its own phrases came back that was written after the first `before` of all. */
function isHeardAfter(robot: Robot, said: readonly string[], before: number): Promise<void> {
  return robot.until(({ phrases, me }) => {
    const later = new Set(said.slice(before));
    return phrases.some(({ authorId, text }) => authorId === me?.peerId && later.has(text));
  });
}

async function everyPhrase(url: string, room: RoomCreated): Promise<Phrase[]> {
  const socket = await RawSocket.open(url, await accessToken(url, room, 'audience', 'Cuenta'));
  const all: Phrase[] = [];
  try {
    await socket.ask('join', {});
    for (;;) {
      const afterSeq = all.at(-1)?.seq ?? 0;
      const reply = await socket.ask('getPhrases', { afterSeq });
      if (!reply.ok) throw new Error(`phrases are not given: ${reply.error.code}`);
      const { phrases } = reply.data as { phrases: Phrase[] };
      if (phrases.length === 0) return all;
      all.push(...phrases);
    }
  } finally {
    socket.close();
  }
}
