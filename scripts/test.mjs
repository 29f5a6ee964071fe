import { main } from './test/main.mjs';

await main(process.argv.slice(2));
