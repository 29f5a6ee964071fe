import { clientIsCurrent, buildClient } from './client.mjs';
import { dependenciesAreCurrent, installDependencies } from './dependencies.mjs';
import { SetupError } from './error.mjs';
import { exclusively } from './exclusively.mjs';
import { installPackages, missing, testTools, workerTools } from './packages.mjs';
import { checkout } from './paths.mjs';
import { say, seconds } from './progress.mjs';
import { compileWorker, fetchWorker, workerIsReady } from './worker.mjs';

/** @param {string[]} options `--tests` or `--dev` */
export async function main(options) {
  const unknown = options.find((option) => !['--tests', '--dev'].includes(option));
  try {
    if (unknown) {
      throw new SetupError(`Unknown option ${unknown}: there are --tests and --dev.`);
    }
    await setUp({ forTests: options.includes('--tests'), forDev: options.includes('--dev') });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\nSet-up stopped. ${error.message}`);
    process.exitCode = 1;
  }
}

async function setUp({ forTests, forDev }) {
  const startedAt = performance.now();
  const isReady = () =>
    dependenciesAreCurrent() &&
    workerIsReady() &&
    (!forTests || missing(testTools).length === 0) &&
    (forDev || clientIsCurrent());

  if (isReady()) return;
  await exclusively(checkout, async () => {
    if (!dependenciesAreCurrent()) await installDependencies();

    const mustCompile = !workerIsReady() && !(await fetchWorker());
    // Asked for in one go, so that a person without root is sent to sudo once.
    await installPackages([...(forTests ? testTools : []), ...(mustCompile ? workerTools : [])]);
    if (mustCompile) await compileWorker();

    if (!forDev && !clientIsCurrent()) await buildClient();
  });
  say(`Set-up is done, in ${seconds(performance.now() - startedAt)}.`);
}
