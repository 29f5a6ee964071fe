import { spawn, type ChildProcess } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { JanusClient } from './janusClient.ts';

const PORT = 8_188;
const READY_TRIES = 100;
const READY_STEP_MS = 100;
/** What would only cost it time. */
const UNUSED = ['audiobridge', 'duktape', 'echotest', 'lua', 'nosip', 'recordplay', 'sip'];
const UNUSED_TOO = ['streaming', 'textroom', 'videocall', 'voicemail'];
const TRANSPORTS = ['http', 'mqtt', 'nanomsg', 'pfunix', 'rabbitmq'];

/** Debian's Janus with one event loop, which is how it forwards cheapest, in folders of its own. */
export class JanusServer {
  readonly client: JanusClient;
  readonly #process: ChildProcess;
  readonly #folder: string;

  static async start(): Promise<JanusServer> {
    const folder = mkdtempSync(path.join(tmpdir(), 'cora-janus-'));
    writeSettings(folder);
    const child = spawn('janus', ['-F', folder], { stdio: 'ignore' });
    return new JanusServer({ child, folder, client: await connected() });
  }

  private constructor(options: { child: ChildProcess; folder: string; client: JanusClient }) {
    this.#process = options.child;
    this.#folder = options.folder;
    this.client = options.client;
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  end(): void {
    this.#process.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }
}

function writeSettings(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const [plugins = ''] = globSync('/usr/lib/*/janus/plugins');
  const named = (prefix: string, names: readonly string[]) =>
    names.map((name) => `libjanus_${prefix}${name}.so`).join(',');
  const write = (file: string, text: string) => writeFileSync(path.join(folder, file), text);
  write(
    'janus.jcfg',
    `general: { configs_folder = "${folder}" plugins_folder = "${plugins}"
       transports_folder = "${path.join(plugins, '../transports')}" debug_level = 2 event_loops = 1 }
     nat: { ice_lite = true }
     plugins: { disable = "${named('', [...UNUSED, ...UNUSED_TOO])}" }
     transports: { disable = "${named('', TRANSPORTS)}" }
     events: { broadcast = false }`,
  );
  write('janus.transport.websockets.jcfg', `general: { ws = true ws_port = ${PORT} }`);
  write('janus.plugin.videoroom.jcfg', 'general: { }');
}

async function connected(): Promise<JanusClient> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await JanusClient.open(`ws://127.0.0.1:${PORT}`);
    } catch (error) {
      if (attempt === READY_TRIES) throw error;
      await delay(READY_STEP_MS);
    }
  }
}
