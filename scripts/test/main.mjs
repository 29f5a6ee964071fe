import { seconds } from '../setup/progress.mjs';
import { checks, suites } from './parts.mjs';
import { runTool } from './run.mjs';
import { runSuite } from './suite.mjs';

/** Type checkers are hungry: more at once than this is slower on a small machine. */
const checksAtOnce = 2;

/** @param {string[]} names parts to run; all of them when empty */
export async function main(names) {
  const known = [...checks, ...suites].map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    console.error(`There is no part ${unknown}. The parts are: ${known.join(', ')}.`);
    process.exitCode = 1;
    return;
  }
  const isWanted = ({ name }) => names.length === 0 || names.includes(name);
  const startedAt = performance.now();

  const results = await runChecks(checks.filter(isWanted));
  const wanted = suites.filter(isWanted);
  for (const suite of wanted.filter(({ lacking }) => !lacking)) {
    const { name, about } = suite;
    console.log(`\n${name}: ${about} ...`);
    results.push(await timed(name, () => runSuite(suite)));
  }

  const passed = sum(results.map((result) => result.passed));
  const failed = sum(results.map((result) => result.failed));
  console.log(`\nTook ${seconds(performance.now() - startedAt)}.`);
  for (const result of results.filter((it) => it.failed > 0)) {
    console.log(`  ${result.name}: ${result.failed} failed`);
    for (const failure of result.failures ?? []) console.log(`    ${failure}`);
  }
  for (const { name, lacking } of wanted.filter((suite) => suite.lacking)) {
    console.log(`  ${name}: skipped, ${lacking}`);
  }
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  console.log(`${passed} passed, ${failed} failed`);
}

async function runChecks(wanted) {
  const waiting = [...wanted];
  const results = [];
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      results.push(await runCheck(check));
    }
  };
  await Promise.all(Array.from({ length: checksAtOnce }, work));
  return results;
}

async function runCheck({ name, command, args, saysHow }) {
  console.log(`${name}: ${[command, ...args].join(' ')} ...`);
  return timed(name, async () => {
    const { passed, output } = await runTool(command, args, { live: false });
    if (!passed || saysHow) console.log(output);
    return passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  });
}

async function timed(name, run) {
  const startedAt = performance.now();
  const counts = await run();
  const took = seconds(performance.now() - startedAt);
  console.log(`${name}: ${counts.passed} passed, ${counts.failed} failed, in ${took}`);
  return { name, ...counts };
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
