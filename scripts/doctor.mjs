// Looks at everything that Cora needs, with the settings that the server would read, and says of each
// that it is well or what to do. Usage: npm run doctor. Ends with 0, with 1 where something is wrong,
// and with 78 where the settings alone keep a server from starting.
import { main } from './doctor/main.ts';

process.exit(await main(process.env, process.stdout));
