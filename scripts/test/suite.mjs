import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runTool } from './run.mjs';

/**
 * Runs one vitest project and counts its tests.
 * @param {string} project
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runSuite(project) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cora-test-'));
  const report = path.join(directory, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const args = ['run', '--project', project, '--allowOnly=false', ...reporters];
    const run = await runTool('vitest', args, { live: true });
    return count(readReport(report), run.passed);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Vitest ended before it could say anything.
    return { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  }
}

/**
 * What vitest calls a failure is one here, even where it counts no test: a file that does not
 * load, an unhandled rejection, no tests at all.
 */
function count({ numPassedTests, numFailedTests, testResults }, vitestPassed) {
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = numFailedTests + brokenFiles;
  const isFailure = !vitestPassed || numPassedTests + failed === 0;
  return { passed: numPassedTests, failed: failed === 0 && isFailure ? 1 : failed };
}
