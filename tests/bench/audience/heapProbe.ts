import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded into a server before anything of its own: on SIGUSR2 says in the file HEAP_PROBE how much of its memory is in use,
// in bytes, after what nobody refers to has gone. What a process keeps besides is V8's to grow into.

const file = process.env['HEAP_PROBE'];
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  if (file !== undefined) writeFileSync(file, String(heapUsed + external));
});
