// Fills a room with people who speak and listen, and reports how they fared. Usage: npm run loadtest -- --help
// Ends with 0, with 1 where a threshold is missed, and with 2 where it could not be run.
import { main } from './loadtest/main.ts';

process.exit(await main(process.argv.slice(2)));
