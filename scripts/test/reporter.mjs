import { writeFileSync } from 'node:fs';

/**
 * A vitest reporter that leaves the counts of a run in the file that CORA_TEST_COUNTS names. What
 * vitest calls a failure is one here, even where no test failed: a file that does not load, a hook
 * that throws, an unhandled rejection.
 */
export default class CountingReporter {
  onTestRunEnd(modules, unhandledErrors) {
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      const failedHere = states.filter((state) => state === 'failed').length;
      passed += states.filter((state) => state === 'passed').length;
      failed += failedHere === 0 && !module.ok() ? 1 : failedHere;
    }
    writeFileSync(process.env.CORA_TEST_COUNTS, JSON.stringify({ passed, failed }));
  }
}
