// Prints the figures that the README and the issues quote. Not a test: machines differ, and what
// else a machine does goes into every figure. `npm run bench`, or `npm run bench -- phrases`.
import { measureCaptureStall } from './captureStall.ts';
import { measureCpu } from './cpu.ts';
import { measureFirstSound } from './firstSound.ts';
import { measurePhrases } from './phrases.ts';

const MEASUREMENTS: Readonly<Record<string, [what: string, measure: () => Promise<string>]>> = {
  phrases: ['A phrase to each of 10 peers, send to receipt', measurePhrases],
  sound: ["A listener's tap to the first sound, Chromium", measureFirstSound],
  cpu: ['CPU with 3 who talk', measureCpu],
  stall: ['A 5 s stall of the capture, Chromium', measureCaptureStall],
};

const wanted = process.argv.slice(2);
for (const [name, [what, measure]] of Object.entries(MEASUREMENTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`${what}: ${await measure()}\n`);
}
process.exit(0);
