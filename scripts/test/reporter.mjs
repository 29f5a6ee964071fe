import { writeFileSync } from 'node:fs';

/**
 * A vitest reporter that leaves the counts of a run, and the names of what failed, in the file that
 * CORA_TEST_COUNTS names. What vitest calls a failure is one here, even where no test failed: a file
 * that does not load, a hook that throws, an unhandled rejection.
 */
export default class CountingReporter {
  onTestRunEnd(modules, unhandledErrors) {
    let passed = 0;
    const failures = unhandledErrors.map(({ message }) => firstLine(message));
    for (const module of modules) {
      const failuresBefore = failures.length;
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'passed') passed += 1;
        if (state === 'failed') failures.push(`${test.name}: ${firstLine(errors?.[0]?.message)}`);
      }
      if (failures.length === failuresBefore && !module.ok()) {
        failures.push(`${module.relativeModuleId}: ${firstLine(module.errors()[0]?.message)}`);
      }
    }
    writeFileSync(process.env.CORA_TEST_COUNTS, JSON.stringify({ passed, failures }));
  }
}

const firstLine = (message = 'ended with an error') => message.split('\n', 1)[0];
