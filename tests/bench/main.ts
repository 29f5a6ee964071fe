// Prints the figures that the README and the issues quote. Not a test: machines differ, and what
// else a machine does goes into every figure. `npm run bench`, `npm run bench -- phrases`, or all of a
// group: `npm run bench -- audience`.
import { AUDIENCE_PARTS } from './audience/parts.ts';
import { measureCaptureStall } from './captureStall.ts';
import { measureCpu } from './cpu.ts';
import { measureCrowd } from './crowd.ts';
import { measureDemotion } from './demotion.ts';
import { measureFlood } from './flood.ts';
import { measureFirstSound } from './firstSound.ts';
import { measureFinalizer } from './finalizer.ts';
import { measureLobby } from './lobby.ts';
import { measureNodeKill } from './nodeKill.ts';
import { measureNetworkChange } from './networkChange.ts';
import { measureKills } from './kills.ts';
import { measurePhrases } from './phrases.ts';
import { measureRecordedCost } from './recordedCost.ts';
import { measurePhraseLoad } from './phraseLoad.ts';
import { measureRestart } from './restart.ts';
import { measureRoster } from './roster.ts';
import { measureSlotCost } from './slotCost.ts';
import { measureSlotReception } from './slotReception.ts';
import { measureSpeech } from './speech.ts';
import { measureSpoken } from './spoken.ts';
import { measureWorkerKill } from './workerKill.ts';
import { measureNeighbours, measureStorm } from './storm.ts';

const MEASUREMENTS: Readonly<Record<string, [what: string, measure: () => Promise<string>]>> = {
  phrases: ['A phrase to each of 10 peers, send to receipt', measurePhrases],
  sound: ["A listener's tap to the first sound, Chromium", measureFirstSound],
  cpu: ['CPU with 3 who talk', measureCpu],
  recorded: ['CPU with 10 who talk', measureRecordedCost],
  slots: ['3 who talk to 100, by microphones and by slots', measureSlotCost],
  reception: ['A slot in which two take turns, Chromium', measureSlotReception],
  finalizer: ['Finalising 10 minutes of 10 who talk', measureFinalizer],
  crowd: ['200 who talk and are recorded in 20 rooms, 2 workers', measureCrowd],
  load: ['20 phrases a second to each of 100 peers, send to receipt', measurePhraseLoad],
  spoken: ['A phrase of 60 characters, sent to heard by another', measureSpoken],
  speech: ['A phrase of 60 characters, asked to spoken', measureSpeech],
  lobby: ['The test of the network in the lobby, Chromium', measureLobby],
  move: ['Another address, 20 times, Chromium', measureNetworkChange],
  worker: ['kill -9 of one of 2 workers, 10 rooms of 5', measureWorkerKill],
  storm: ['2,000 sockets at once in 40 rooms, while 20 talk', measureStorm],
  neighbours: ['600 sockets at once behind one address, while 20 talk', measureNeighbours],
  kills: ['Phrases of two who write, through kill -9 of the server', measureKills],
  restart: ['kill -9 of the server, 10 rooms of 10, and another in its place', measureRestart],
  nodeKill: ['kill -9 of one of two servers that share rooms, 10 rooms of 10', measureNodeKill],
  roster: ['300 who come into one room within 10 s', measureRoster],
  demotion: [
    'From a moderator taking somebody off the stage to their last packet',
    measureDemotion,
  ],
  flood: ['5,000 calls in 5 s over a socket, while 20 talk', measureFlood],
  stall: ['A 5 s stall of the capture, Chromium', measureCaptureStall],
  ...AUDIENCE_PARTS,
};

const wanted = process.argv.slice(2);
for (const [name, [what, measure]] of Object.entries(MEASUREMENTS)) {
  const [group = ''] = name.split(':');
  if (wanted.length > 0 && !wanted.includes(name) && !wanted.includes(group)) continue;
  process.stdout.write(`${what}: ${await measure()}\n`);
}
process.exit(0);
