import { ConfigError, EXIT_CONFIG, readConfig, type Config } from '../../server/config.ts';
import { lookAtAddress } from './address.ts';
import { lookAtClock } from './clock.ts';
import { fail, reasonOf, type Finding, type Words } from './finding.ts';
import { lookAtFolders } from './folders.ts';
import { HttpDoor } from './httpDoor.ts';
import { lookAtIceServers } from './iceServers.ts';
import { lookAtObjectStore } from './objectStore.ts';
import { lookAtPublicUrl } from './publicUrl.ts';
import { lookAtReach } from './reach.ts';
import { Report, type Output } from './report.ts';
import { SoundDoors } from './soundDoors.ts';
import { lookAtVoice } from './voice.ts';
import { lookAtWorker } from './worker.ts';

/** What one look may take; they are taken side by side. */
const PATIENCE_MS = 8_000;

interface Doors {
  readonly http: HttpDoor;
  readonly sound: SoundDoors;
}

interface Check {
  readonly name: Words;
  readonly look: (config: Config, doors: Doors) => Finding[] | Promise<Finding[]>;
}

const CHECKS: readonly Check[] = [
  { name: { es: 'Motor de sonido', en: 'Media worker' }, look: () => lookAtWorker() },
  { name: { es: 'Puerto web', en: 'Web port' }, look: (_, { http }) => http.findings },
  { name: { es: 'Puertos de sonido', en: 'Sound ports' }, look: (_, { sound }) => sound.findings },
  { name: { es: 'Dirección', en: 'Address' }, look: lookAtAddress },
  { name: { es: 'Alcance', en: 'Reach' }, look: (config, { sound }) => lookAtReach(config, sound) },
  {
    name: { es: 'STUN y TURN', en: 'STUN and TURN' },
    look: (config, { sound }) => lookAtIceServers(config, sound),
  },
  {
    name: { es: 'TLS y proxy', en: 'TLS and proxy' },
    look: (config, { http }) => lookAtPublicUrl(config, http),
  },
  { name: { es: 'Carpetas', en: 'Folders' }, look: lookAtFolders },
  { name: { es: 'Almacén', en: 'Object store' }, look: lookAtObjectStore },
  { name: { es: 'Voz', en: 'Voice' }, look: lookAtVoice },
  { name: { es: 'Reloj', en: 'Clock' }, look: () => lookAtClock() },
];

/** @returns the exit code */
export async function main(
  environment: Readonly<Record<string, string | undefined>>,
  output: Output,
): Promise<number> {
  const report = new Report(environment, output);
  let config: Config;
  try {
    config = readConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    report.say({ es: error.message, en: error.message });
    return EXIT_CONFIG;
  }
  const http = await HttpDoor.open(config);
  const doors = { http, sound: await SoundDoors.open(config, http) };
  const looks = CHECKS.map(({ look }) => within(PATIENCE_MS, async () => look(config, doors)));
  let failed = 0;
  for (const [index, { name }] of CHECKS.entries()) {
    for (const finding of (await looks[index]) ?? []) {
      report.line(name, finding);
      if (finding.level === 'fail') failed += 1;
    }
  }
  doors.sound.close();
  doors.http.close();
  if (failed === 0) report.say({ es: '\nTodo listo.', en: '\nAll is well.' });
  else report.say({ es: `\nPor arreglar: ${failed}.`, en: `\nTo be mended: ${failed}.` });
  return failed === 0 ? 0 : 1;
}

async function within(ms: number, look: () => Promise<Finding[]>): Promise<Finding[]> {
  const late = Promise.withResolvers<Finding[]>();
  const seconds = ms / 1_000;
  const timer = setTimeout(() => {
    late.resolve([fail(`No respondió en ${seconds} s.`, `It did not answer within ${seconds} s.`)]);
  }, ms);
  try {
    return await Promise.race([look(), late.promise]);
  } catch (error) {
    const reason = reasonOf(error);
    return [fail(`No se pudo mirar: ${reason}.`, `This could not be looked at: ${reason}.`)];
  } finally {
    clearTimeout(timer);
  }
}
