import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { inside, run, runInside } from './commands.ts';

const TEMPLATE = fileURLToPath(new URL('../../../scripts/deploy/coturn.conf', import.meta.url));
const PORT = 3_478;
const PATIENCE_MS = 15_000;
const LOOK_AGAIN_MS = 50;

export interface CoturnOptions {
  readonly namespace: string;
  /** With `cert.pem` and `key.pem`; the settings are written there. */
  readonly folder: string;
  readonly address: string;
  /** IPv6. */
  readonly address6: string;
  readonly sfuAddress: string;
  /** What credentials may be signed with: one, or two while one takes the place of the other. */
  readonly secrets: readonly [string, string?];
}

/** A coturn that runs with the settings that are shipped for it, filled in as their comments say. */
export class Coturn {
  readonly process: ChildProcess;
  readonly address: string;

  static async start(options: CoturnOptions): Promise<Coturn> {
    const settings = `${options.folder}/coturn.conf`;
    const isOld = /^4\.[0-6]\./.test(await run('turnserver', '--version'));
    const template = await readFile(TEMPLATE, 'utf8');
    // What stands after a hash without a blank is for some.
    const fitting = isOld ? template.replaceAll(/^#([a-z0-9_-]+)$/gm, '$1') : template;
    await writeFile(settings, filledIn(fitting, options));
    const own = ['--pidfile', `${options.folder}/coturn.pid`, '--db', `${options.folder}/turndb`];
    const line = inside(options.namespace, 'turnserver', '-c', settings, ...own);
    const [command, ...args] = line;
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
    }
    await listens(options.namespace, child).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw new Error(`coturn does not stand:\n${said.join('')}`, { cause: error });
    });
    return new Coturn(child, options.address);
  }

  private constructor(child: ChildProcess, address: string) {
    this.process = child;
    this.address = address;
  }

  /** For TURN_URLS. */
  url(transport: 'udp' | 'tcp' | 'tls'): string {
    if (transport === 'tls') return `turns:${this.address}:443?transport=tcp`;
    return `turn:${this.address}:${PORT}?transport=${transport}`;
  }
}

function filledIn(template: string, options: CoturnOptions): string {
  const { address, address6, sfuAddress, folder, secrets } = options;
  const [secret, oldSecret] = secrets;
  const values: Record<string, string> = {
    TLS_CERTIFICATE: `${folder}/cert.pem`,
    TLS_KEY: `${folder}/key.pem`,
    TURN_REALM: 'turn.example.org',
    TURN_SECRET: secret,
    SFU_ADDRESS: sfuAddress,
  };
  return template
    .replaceAll(/^((?:listening|relay)-ip)=TURN_ADDRESS$/gm, `$1=${address}\n$1=${address6}`)
    .replace(/^#(static-auth-secret)=OLD_TURN_SECRET$/m, oldSecret ? `$1=${oldSecret}` : '')
    .replaceAll(/^([a-z-]+)=([A-Z_]+)$/gm, (_line, name: string, word: string) => {
      const value = values[word];
      if (value === undefined) throw new Error(`nothing to put in the place of ${word}`);
      return `${name}=${value}`;
    });
}

/** Resolves once both ports take clients, over UDP and TCP. */
async function listens(namespace: string, child: ChildProcess): Promise<void> {
  for (const giveUpMs = performance.now() + PATIENCE_MS; performance.now() < giveUpMs;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const tcp = await runInside(namespace, 'ss', '-Hltn', `sport = ${PORT} or sport = 443`);
    const udp = await runInside(namespace, 'ss', '-Hlun', `sport = ${PORT}`);
    if (/:443\s/.test(tcp) && /:3478\s/.test(tcp) && udp.trim() !== '') return;
    await delay(LOOK_AGAIN_MS);
  }
  throw new Error('it does not listen');
}
