import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inside, removeNamespace, run, runInside } from '#tests/support/network/commands.ts';
import { which } from '../../../scripts/setup/paths.mjs';
import { quantile } from '../figures.ts';
import type { Measured } from './audienceRun.ts';
import type { JanusMeasured } from './janusRun.ts';
import { measureLoad } from './loads.ts';
import { flawOf, keepFigures, secondsPerMillion } from './output.ts';

const execute = promisify(execFile);
const RUN = new URL('./janusRun.ts', import.meta.url).pathname;
const NAMESPACE = 'cora-bench';
const ADDRESS = '10.77.0.1';
const LISTENERS = 300;
const REPEATS = 2;
const RUN_TIMEOUT_MS = 180_000;

/** Cora beside Debian's Janus, VideoRoom with one event loop: the same speaker, crowd and SRTP profile, in turns. */
export async function measureJanus(): Promise<string> {
  if (!which('janus')) return 'left out: it wants apt-get install janus, and root';
  await openNamespace();
  try {
    const runs: { thrifty: Measured; prompt: Measured; janus: JanusMeasured }[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat += 1) {
      const load = { speakers: 1, listeners: LISTENERS };
      const thrifty = await measureLoad({ ...load, sound: 'thrifty' });
      const janus = await measureOne();
      runs.push({ thrifty, janus, prompt: await measureLoad({ ...load, sound: 'prompt' }) });
    }
    keepFigures('janus', runs);
    const lines = runs.map(({ thrifty, prompt, janus }) => {
      const its = janusSeconds(janus);
      const [three, one] = [secondsPerMillion(thrifty).all, secondsPerMillion(prompt).all];
      return (
        `Janus ${its.toFixed(1)} s per million frames of 20 ms (${janus.lost} lost)${flawOf(janus)}, ` +
        `Cora ${three.toFixed(1)} s with three a packet (${(three / its).toFixed(2)} x)${flawOf(thrifty)}, ` +
        `${one.toFixed(1)} s with one (${(one / its).toFixed(2)} x)${flawOf(prompt)}`
      );
    });
    const ratios = runs.map(
      ({ thrifty, janus }) => secondsPerMillion(thrifty).all / janusSeconds(janus),
    );
    return [...lines, `median ${quantile(ratios, 0.5).toFixed(2)} x`].join('\n  ');
  } finally {
    removeNamespace(NAMESPACE);
  }
}

async function measureOne(): Promise<JanusMeasured> {
  const [command, ...args] = inside(NAMESPACE, process.execPath, RUN, ADDRESS, String(LISTENERS));
  const { stdout } = await execute(command, args, { timeout: RUN_TIMEOUT_MS });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as JanusMeasured;
}

/** It sends a frame a packet. */
function janusSeconds({ cpuSeconds, packets }: JanusMeasured): number {
  return cpuSeconds / (packets / 1e6);
}

/** Janus offers no address of the loopback's: so there is another, on a pair of interfaces that leads nowhere. */
async function openNamespace(): Promise<void> {
  removeNamespace(NAMESPACE);
  await run('ip', 'netns', 'add', NAMESPACE);
  await runInside(NAMESPACE, 'ip', 'link', 'set', 'lo', 'up');
  await runInside(NAMESPACE, 'ip', 'link', 'add', 'b0', 'type', 'veth', 'peer', 'name', 'b1');
  await runInside(NAMESPACE, 'ip', 'addr', 'add', `${ADDRESS}/24`, 'dev', 'b0');
  await runInside(NAMESPACE, 'ip', 'link', 'set', 'b0', 'up');
  await runInside(NAMESPACE, 'ip', 'link', 'set', 'b1', 'up');
}
