import type { AudienceSound } from '#protocol';
import { quantile } from '../figures.ts';
import { AudienceRun, type Measured } from './audienceRun.ts';
import { flawOf, keepFigures, percentOfCore, secondsPerMillion } from './output.ts';

const SECONDS = 10;
const JOINS_PER_SECOND = 60;
const REPEATS = 3;

interface Load {
  readonly speakers: number;
  readonly listeners: number;
  readonly sound: AudienceSound;
}

/** One after the other and again, so that what changes about the machine meets all of them. */
const REPEATED: readonly Load[] = [
  { speakers: 1, listeners: 300, sound: 'prompt' },
  { speakers: 1, listeners: 140, sound: 'automatic' },
  { speakers: 1, listeners: 300, sound: 'thrifty' },
];
const ONCE: readonly Load[] = [
  { speakers: 1, listeners: 1_000, sound: 'automatic' },
  { speakers: 3, listeners: 300, sound: 'automatic' },
  { speakers: 50, listeners: 300, sound: 'automatic' },
];

/** What an audience costs, by how many frames go into a packet and by who is there. */
export async function measureLoads(): Promise<string> {
  const runs: Measured[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    for (const load of REPEATED) runs.push(await measureLoad(load));
  }
  for (const load of ONCE) runs.push(await measureLoad(load));
  keepFigures('loads', runs);
  return [...runs.map(toLine), `median of 1 x 300: ${medians(runs)}`].join('\n  ');
}

export async function measureLoad({ speakers, listeners, sound }: Load): Promise<Measured> {
  const run = await AudienceRun.start({ sound });
  try {
    await run.speakers(speakers);
    await run.listeners(listeners, JOINS_PER_SECOND);
    return await run.measure(SECONDS);
  } finally {
    await run.end();
  }
}

function toLine(run: Measured): string {
  const { node, worker, all } = secondsPerMillion(run);
  const percent = percentOfCore(run);
  return (
    `${run.speakers} x ${run.listeners}, ${run.framesPerPacket} a packet: ` +
    `${all.toFixed(2)} s per million frames (Node ${node.toFixed(2)}, worker ${worker.toFixed(2)}); ` +
    `Node ${percent.node.toFixed(1)} %, worker ${percent.worker.toFixed(1)} % of a core; ` +
    `${run.lost} of ${run.packets} lost${flawOf(run)}`
  );
}

function medians(runs: readonly Measured[]): string {
  return [1, 2, 3]
    .map((frames) => {
      const alike = runs.filter((it) => it.framesPerPacket === frames && it.listeners <= 300);
      const all = alike
        .filter(({ speakers }) => speakers === 1)
        .map((it) => secondsPerMillion(it).all);
      return `${frames} a packet ${quantile(all, 0.5).toFixed(2)} s`;
    })
    .join(', ');
}
