import type { RoomCreated } from '#protocol';
import { createRoom } from '#tests/support/visit.ts';
import { answerQuestions } from './helper.ts';
import { Visitor } from './visitor.ts';

// A process of people who talk, in several rooms, and take down what they notice of what else a server
// has to do.

const ROOMS = 5;
const TALKERS_PER_ROOM = 4;
const ASK_EVERY_MS = 250;
const SAY_EVERY_MS = 2_000;
/** Whatever is on the way longer will not arrive. */
const PHRASE_PATIENCE_MS = 5_000;

/** What they noticed since they were last asked. */
export interface Noticed {
  /** How long each answer took. */
  readonly answersMs: readonly number[];
  /** How many requests were refused or not answered. */
  readonly refused: number;
  /** How long each phrase took to each of a room. */
  readonly phrasesMs: readonly number[];
  /** How many times somebody was to get a phrase and did not. */
  readonly phrasesLost: number;
  /** Packets of sound, over all who listen. */
  readonly received: number;
  readonly lost: number;
  /** Sockets that were lost. */
  readonly disconnects: number;
}

const [url = ''] = process.argv.slice(2);
const talkers: Visitor[] = [];
const rooms: RoomCreated[] = [];
/** Phrases that have not come to all of their room yet. */
const onTheWay = new Map<string, { sentMs: number; missing: number }>();
let answersMs: number[] = [];
let phrasesMs: number[] = [];
let [refused, disconnects, said] = [0, 0, 0];
let before = { received: 0, lost: 0 };

async function enter(): Promise<readonly RoomCreated[]> {
  for (let index = 0; index < ROOMS * TALKERS_PER_ROOM; index += 1) {
    if (index % TALKERS_PER_ROOM === 0) rooms.push(await createRoom(url, 'Medida'));
    const talker = await Visitor.enter(url, rooms.at(-1) as RoomCreated, {
      role: 'speaker',
      name: `T${index}`,
      toneHz: 300 + index * 20,
      hops: true,
      headers: { 'x-forwarded-for': `192.0.2.${index + 1}` },
      disconnected: () => (disconnects += 1),
    });
    talker.onPhrase = ({ draftId }) => arrived(draftId);
    talkers.push(talker);
    setInterval(() => void ask(talker), ASK_EVERY_MS);
    setInterval(() => say(talker), SAY_EVERY_MS);
  }
  return rooms;
}

async function ask({ signaling }: Visitor): Promise<void> {
  const askedMs = performance.now();
  await signaling.request('setMuted', { muted: false }).then(
    () => answersMs.push(performance.now() - askedMs),
    () => (refused += 1),
  );
}

function say(talker: Visitor): void {
  const draftId = `d${said}`;
  said += 1;
  onTheWay.set(draftId, { sentMs: performance.now(), missing: TALKERS_PER_ROOM });
  try {
    talker.say({ draftId, text: 'Hola a todos', language: 'es' });
  } catch {
    // Its channel is closed: nobody gets this one, which counts once it is long due.
  }
}

function arrived(draftId: string): void {
  const phrase = onTheWay.get(draftId);
  if (!phrase) return;
  phrasesMs.push(performance.now() - phrase.sentMs);
  phrase.missing -= 1;
  if (phrase.missing === 0) onTheWay.delete(draftId);
}

/** How many times a phrase did not come to somebody, of those that are long due. */
function givenUp(): number {
  const due = [...onTheWay].filter(
    ([, { sentMs }]) => performance.now() - sentMs > PHRASE_PATIENCE_MS,
  );
  for (const [draftId] of due) onTheWay.delete(draftId);
  return due.reduce((sum, [, { missing }]) => sum + missing, 0);
}

async function notice(): Promise<Noticed> {
  const samples = await Promise.all(talkers.map((talker) => talker.soundSample()));
  const sum = (of: 'received' | 'lost') => samples.reduce((all, it) => all + (it?.[of] ?? 0), 0);
  const now = { received: sum('received'), lost: sum('lost') };
  const noticed: Noticed = {
    answersMs,
    refused,
    phrasesMs,
    phrasesLost: givenUp(),
    received: now.received - before.received,
    lost: now.lost - before.lost,
    disconnects,
  };
  [answersMs, phrasesMs, refused, disconnects, before] = [[], [], 0, 0, now];
  return noticed;
}

answerQuestions((question: 'enter' | 'notice') => (question === 'enter' ? enter() : notice()));
