import { AudienceRun, type Measured } from './audienceRun.ts';
import { fitLine } from './fit.ts';
import { flawOf, keepFigures, keepPlot, percentOfCore } from './output.ts';

const SECONDS = 6;
const JOINS_PER_SECOND = 60;
const LISTENERS = [100, 200, 400, 800, 1_200];
const SPEAKERS = [1, 3, 10, 30, 50];
/** With how many the speakers become more. */
const AUDIENCE = 200;

/** What one listener more costs, from 100 to 1,200 of one speaker: on one server, since growth is what is wanted. */
export async function measureListenerGrowth(): Promise<string> {
  const run = await AudienceRun.start({ sound: 'thrifty' });
  const steps: Measured[] = [];
  const joins: [number, number][] = [];
  try {
    await run.speakers(1);
    for (const count of LISTENERS) {
      const seated = await run.listeners(count, JOINS_PER_SECOND);
      const took = seated.map(({ startedMs, joinedMs }) => joinedMs - startedMs);
      joins.push([count, took.toSorted((a, b) => a - b)[took.length >> 1] ?? NaN]);
      steps.push(await run.measure(SECONDS));
    }
  } finally {
    await run.end();
  }
  keepFigures('growth-listeners', { steps, joins });
  keepPlots(steps, joins);
  const cpu = (of: (step: Measured) => number) =>
    fitLine(steps.map((step) => [step.listeners, of(step)] as const));
  const all = cpu(used);
  const node = cpu(({ nodeMegabytes }) => nodeMegabytes);
  const heap = cpu(({ nodeHeapMegabytes }) => nodeHeapMegabytes);
  const worker = cpu(({ workerMegabytes }) => workerMegabytes);
  return [
    `CPU ${(1_000 * all.slope).toFixed(1)} % of a core for 1,000 listeners, R squared ${all.rSquared.toFixed(4)}`,
    `memory a listener: Node ${(1_024 * heap.slope).toFixed(0)} kB in use (${(1_024 * node.slope).toFixed(0)} kB kept), worker ${(1_024 * worker.slope).toFixed(0)} kB`,
    `joined after p50 ${joins.map(([count, ms]) => `${ms.toFixed(0)} ms (to ${count})`).join(', ')}`,
    ...steps.map(toLine),
  ].join('\n  ');
}

/** What a listener costs by how many speak: all of them send without a pause. */
export async function measureSpeakerGrowth(): Promise<string> {
  // Every speaker is there with and without an audience: the difference is what the audience costs.
  const alone = await measureSpeakers(0);
  const heard = await measureSpeakers(AUDIENCE);
  keepFigures('growth-speakers', { alone, heard });
  const each = heard.map((step, index) => {
    const cost = used(step) - used(alone[index] as Measured);
    return [step.speakers, (1_000 * cost) / AUDIENCE] as const;
  });
  keepPlot('growth-speakers', {
    title: 'Processor time for 1,000 listeners, by how many speak',
    x: 'speakers',
    y: '% of a core',
    series: [{ name: 'Node and worker', kind: 'line', points: each }],
  });
  return each
    .map(([count, cost]) => `${count} speak: ${cost.toFixed(1)} % of a core for 1,000 listeners`)
    .join('\n  ');
}

async function measureSpeakers(audience: number): Promise<Measured[]> {
  const run = await AudienceRun.start({ sound: 'thrifty' });
  try {
    await run.listeners(audience, JOINS_PER_SECOND);
    const steps: Measured[] = [];
    for (const count of SPEAKERS) {
      await run.speakers(count);
      steps.push(await run.measure(SECONDS));
    }
    return steps;
  } finally {
    await run.end();
  }
}

/** In percent of a core. */
function used(step: Measured): number {
  const { node, worker } = percentOfCore(step);
  return node + worker;
}

function keepPlots(
  steps: readonly Measured[],
  joins: readonly (readonly [number, number])[],
): void {
  const of = (value: (step: Measured) => number) =>
    steps.map((step) => [step.listeners, value(step)] as const);
  const x = 'listeners of one speaker';
  keepPlot('growth-cpu', {
    title: 'Processor time by how many listen',
    ...{ x, y: '% of a core' },
    series: [
      { name: 'worker', kind: 'line', points: of((step) => percentOfCore(step).worker) },
      { name: 'Node', kind: 'line', points: of((step) => percentOfCore(step).node) },
    ],
  });
  keepPlot('growth-memory', {
    title: 'Memory by how many listen',
    ...{ x, y: 'MiB' },
    series: [
      { name: 'worker', kind: 'line', points: of(({ workerMegabytes }) => workerMegabytes) },
      { name: 'Node', kind: 'line', points: of(({ nodeMegabytes }) => nodeMegabytes) },
      { name: 'Node, in use', kind: 'line', points: of((step) => step.nodeHeapMegabytes) },
    ],
  });
  keepPlot('growth-joins', {
    title: `Time to join, at ${JOINS_PER_SECOND} joins a second`,
    ...{ x, y: 'ms, p50' },
    series: [{ name: 'joined', kind: 'line', points: joins }],
  });
}

function toLine(step: Measured): string {
  const { node, worker } = percentOfCore(step);
  return (
    `${step.listeners} listen: Node ${node.toFixed(1)} %, worker ${worker.toFixed(1)} %; ` +
    `${step.nodeMegabytes.toFixed(0)} and ${step.workerMegabytes.toFixed(0)} MiB; ` +
    `${step.lost} of ${step.packets} lost${flawOf(step)}`
  );
}
