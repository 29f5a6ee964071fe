import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from './run.mjs';

/**
 * Test files that run side by side, where a project lets them and says nothing else: most wait for
 * processes and timers more than they compute.
 */
const usualAtOnce = 2 * os.availableParallelism();

const reporter = fileURLToPath(new URL('reporter.mjs', import.meta.url));

/**
 * Runs one vitest project and counts its tests.
 * @param {{ name: string, atOnce?: number }} suite
 * @returns {Promise<{ passed: number, failed: number, failures: string[] }>}
 */
export async function runSuite({ name, atOnce = usualAtOnce }) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'cora-test-'));
  const file = path.join(directory, 'counts.json');
  try {
    const args = ['run', '--project', name, '--allowOnly=false', `--maxWorkers=${atOnce}`];
    const run = await runTool('vitest', [...args, '--reporter=default', `--reporter=${reporter}`], {
      live: true,
      env: { CORA_TEST_COUNTS: file },
    });
    const { passed, failures } = readCounts(file);
    // A run that failed, or did nothing, does not pass for want of a failed test.
    if (failures.length === 0 && (!run.passed || passed === 0)) failures.push('vitest failed');
    return { passed, failed: failures.length, failures };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Vitest ended before it could count.
    return { passed: 0, failures: [] };
  }
}
