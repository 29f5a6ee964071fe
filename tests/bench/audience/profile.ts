import { execFile, spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { which } from '../../../scripts/setup/paths.mjs';
import { AudienceRun } from './audienceRun.ts';
import { hottestOf, type CpuProfile } from './cpuProfile.ts';
import { keepFigures } from './output.ts';

const execute = promisify(execFile);
const SECONDS = 10;
const LISTENERS = 300;
const MOST_LINES = 12;
/** A line of perf's: a share of the time, and whose it is. */
const LINE = /^\s+([\d.]+)%\s+(\S.*?)\s*$/;
/** A function without a name, as most of a stripped worker's are. */
const NAMELESS = /0x[0-9a-f]{8,}/;

/** Where the time of a worker and of Node goes, 1 x 300 with three frames a packet. */
export async function measureProfile(): Promise<string> {
  if (!which('perf')) return 'left out: it wants perf (apt-get install linux-perf)';
  const directory = mkdtempSync(path.join(tmpdir(), 'cora-profile-'));
  const options = `--cpu-prof --cpu-prof-dir=${directory}`;
  const run = await AudienceRun.start({ sound: 'thrifty', environment: { NODE_OPTIONS: options } });
  let objects: [string, number][];
  let worker: [string, number][];
  try {
    await run.speakers(1);
    await run.listeners(LISTENERS, 60);
    const [pid] = run.workerPids;
    const file = path.join(directory, 'perf.data');
    const args = ['record', '-q', '-F', '999', '-p', String(pid), '-o', file, '--'];
    const perf = spawn('perf', [...args, 'sleep', String(SECONDS)], { stdio: 'ignore' });
    await Promise.all([new Promise((resolve) => perf.once('exit', resolve)), run.measure(SECONDS)]);
    objects = await reportOf(file, 'dso');
    worker = await reportOf(file, 'dso,symbol');
  } finally {
    await run.end();
  }
  const [written = ''] = globSync(path.join(directory, '*.cpuprofile'));
  const profile = JSON.parse(readFileSync(written, 'utf8')) as CpuProfile;
  const node = hottestOf(profile, MOST_LINES);
  rmSync(directory, { recursive: true });
  keepFigures('profile', { objects, worker, node });
  const table = (rows: readonly (readonly [string, number])[]) =>
    rows.map(([name, percent]) => `${percent.toFixed(1).padStart(6)} %  ${name}`).join('\n    ');
  return [
    `the worker, by whose code it is\n    ${table(objects)}`,
    `the worker's functions, as far as they have names\n    ${table(worker)}`,
    `Node from its start to its end, joins and all, but for idling\n    ${table(node)}`,
  ].join('\n  ');
}

async function reportOf(file: string, sort: string): Promise<[string, number][]> {
  const args = ['report', '-i', file, '--stdio', '--percent-limit', '0.5', '--no-children'];
  const { stdout } = await execute('perf', [...args, '--sort', sort], { maxBuffer: 2 ** 24 });
  return stdout
    .split('\n')
    .flatMap((line) => {
      const [, percent, what = ''] = LINE.exec(line) ?? [];
      if (percent === undefined || NAMELESS.test(what)) return [];
      return [
        [what.replaceAll(/\s+/g, ' ').replace(/( -)+$/, ''), Number(percent)] as [string, number],
      ];
    })
    .slice(0, MOST_LINES);
}
