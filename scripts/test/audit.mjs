// Asks the npm registry whether any version in the lock file has a known weakness.
import { execFile } from 'node:child_process';
import { readAudit } from './auditReport.mjs';

const patienceMs = 20_000;
const asking = ['audit', '--json', '--fetch-retries=0', `--fetch-timeout=${patienceMs / 2}`];

execFile('npm', asking, { timeout: patienceMs, maxBuffer: 2 ** 26 }, (_error, output) => {
  const { passed, words } = readAudit(output);
  console.log(words);
  process.exitCode = passed ? 0 : 1;
});
