import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from '../../server/config.ts';
import { fail, ok, type Finding } from './finding.ts';

/** RFC 6455 section 1.3. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const HEALTH_MS = 2_000;

/**
 * The port for pages and signalling. Where it is free the doctor answers on it as Cora would, so that
 * a proxy can be tried before the first start.
 */
export class HttpDoor {
  /** Who answers there; null where it is nobody that is of use. */
  readonly by: 'cora' | 'doctor' | null;
  /** For this machine. */
  readonly url: string;
  readonly findings: Finding[];
  readonly #server: Server | null;
  readonly #upgraded: Duplex[];

  static async open(config: Config): Promise<HttpDoor> {
    const upgraded: Duplex[] = [];
    const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`;
    const door = (by: HttpDoor['by'], finding: Finding, server: Server | null = null) =>
      new HttpDoor({ by, url, findings: [finding], server, upgraded });
    if (config.port === 0) {
      return door(null, ok('PORT=0 toma uno libre.', 'PORT=0 takes any that is free.'));
    }
    const server = standIn(upgraded);
    try {
      server.listen({ host: config.host, port: config.port });
      await once(server, 'listening');
      return door('doctor', ok(`${config.port} está libre.`, `${config.port} is free.`), server);
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'EADDRINUSE' && (await isCora(url))) {
        return door('cora', ok(`Cora responde en ${url}.`, `Cora answers at ${url}.`));
      }
      return door(null, problem(code, config));
    }
  }

  private constructor(parts: {
    by: HttpDoor['by'];
    url: string;
    findings: Finding[];
    server: Server | null;
    upgraded: Duplex[];
  }) {
    this.by = parts.by;
    this.url = parts.url;
    this.findings = parts.findings;
    this.#server = parts.server;
    this.#upgraded = parts.upgraded;
  }

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    for (const socket of this.#upgraded) socket.destroy();
  }
}

function problem(code: string | undefined, { host, port }: Config): Finding {
  switch (code) {
    case 'EADDRINUSE':
      return fail(
        `PORT: otro programa ocupa ${port}, y no es Cora. Páralo, o escribe otro puerto.`,
        `PORT: another program has ${port}, and it is not Cora. Stop it, or write another port.`,
      );
    case 'EACCES':
      return fail(
        `PORT: ${port} no es para este usuario. Escribe uno por encima de 1023.`,
        `PORT: ${port} is not for this user. Write one above 1023.`,
      );
    default:
      return fail(
        `HOST: ${host} no es una dirección de esta máquina (${code}). Escribe una que tenga.`,
        `HOST: ${host} is no address of this machine (${code}). Write one that it has.`,
      );
  }
}

/** Answers what a proxy is asked for when it is tried. */
function standIn(upgraded: Duplex[]): Server {
  const server = createServer((request, answer) => {
    const isHealth = request.url === '/healthz';
    answer.writeHead(isHealth ? 200 : 503, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ ok: isHealth }));
  });
  server.on('upgrade', ({ headers }, socket) => {
    upgraded.push(socket);
    socket.on('error', () => {});
    const key = headers['sec-websocket-key'] ?? '';
    const accept = createHash('sha1').update(`${key}${WEBSOCKET_GUID}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
  });
  return server;
}

async function isCora(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(HEALTH_MS) });
    return isHealthy(await answer.text());
  } catch {
    return false;
  }
}

/** Whether an answer to /healthz is one of Cora's, or of the doctor's in its place. */
export function isHealthy(body: string): boolean {
  try {
    return typeof (JSON.parse(body) as { ok?: unknown }).ok === 'boolean';
  } catch {
    return false;
  }
}
