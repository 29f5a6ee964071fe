import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { createServer, isIPv6, type Server } from 'node:net';
import type { Config } from '../../server/config.ts';
import { coraDoors } from './coraDoors.ts';
import { fail, ok, warn, type Finding } from './finding.ts';
import type { HttpDoor } from './httpDoor.ts';

/** A port for sound that answers, and what it is asked with. */
export interface SoundDoor {
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
  readonly question: Buffer;
  isAnswer(bytes: Buffer): boolean;
}

interface Listener {
  close(): unknown;
}

/**
 * The ports for sound. Where they are free the doctor listens on them and sends back what comes;
 * where Cora has them, a connection test tells how to be answered by its worker.
 */
export class SoundDoors {
  readonly doors: readonly SoundDoor[];
  readonly findings: Finding[];
  readonly #listeners: readonly Listener[];

  static async open(config: Config, http: HttpDoor): Promise<SoundDoors> {
    if (config.rtcPort === 0) {
      const finding = warn(
        'RTC_PORT=0 toma puertos libres cualesquiera: un cortafuegos no se puede abrir para ellos.',
        'RTC_PORT=0 takes any free ports: no firewall can be opened for those.',
      );
      return new SoundDoors([], [finding], []);
    }
    const doors: SoundDoor[] = [];
    const listeners: Listener[] = [];
    const problems: { code: string; port: number; protocol: string }[] = [];
    for (let index = 0; index < config.workers; index += 1) {
      const port = config.rtcPort + index;
      for (const protocol of ['udp', 'tcp'] as const) {
        try {
          listeners.push(await listen[protocol](config.listenIp, port));
          const question = randomBytes(20);
          doors.push({ protocol, port, question, isAnswer: (bytes) => bytes.equals(question) });
        } catch (error) {
          problems.push({ code: String((error as { code?: unknown }).code), port, protocol });
        }
      }
    }
    const last = config.rtcPort + config.workers - 1;
    const range = config.workers === 1 ? `${config.rtcPort}` : `${config.rtcPort}–${last}`;
    const areTaken = problems.length > 0 && problems.every(({ code }) => code === 'EADDRINUSE');
    if (problems.length === 0) {
      const finding =
        http.by === 'cora'
          ? warn(
              `Cora funciona, pero no con los puertos ${range}: se arrancó con otros ajustes.`,
              `Cora runs, but not on the ports ${range}: it was started with other settings.`,
            )
          : ok(`${range} están libres, UDP y TCP.`, `${range} are free, UDP and TCP.`);
      return new SoundDoors(doors, [finding], listeners);
    }
    const asked =
      areTaken && http.by === 'cora'
        ? await coraDoors(http.url, config.workers).catch(() => null)
        : undefined;
    if (asked === null) {
      for (const listener of listeners) listener.close();
      const finding = warn(
        `${range}: los tiene Cora, que ahora no deja probarlos.`,
        `${range}: Cora has them, and does not let them be tried now.`,
      );
      return new SoundDoors([], [finding], []);
    }
    // It may run with other ports, while another program has these.
    if (asked?.some(({ port }) => port >= config.rtcPort && port <= last)) {
      for (const listener of listeners) listener.close();
      const finding = ok(`${range}: los tiene Cora.`, `${range}: Cora has them.`);
      return new SoundDoors(asked, [finding], []);
    }
    return new SoundDoors(
      doors,
      problems.map((it) => problem(it, config)),
      listeners,
    );
  }

  private constructor(
    doors: readonly SoundDoor[],
    findings: Finding[],
    listeners: readonly Listener[],
  ) {
    this.doors = doors;
    this.findings = findings;
    this.#listeners = listeners;
  }

  close(): void {
    for (const listener of this.#listeners) listener.close();
  }
}

const listen = {
  async udp(address: string, port: number): Promise<Socket> {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.on('message', (message, from) => socket.send(message, from.port, from.address));
    socket.bind({ address, port, exclusive: true });
    await once(socket, 'listening');
    return socket;
  },
  async tcp(address: string, port: number): Promise<Server> {
    const server = createServer((connection) => {
      connection.on('error', () => {});
      connection.pipe(connection);
    });
    server.listen({ host: address, port, exclusive: true });
    await once(server, 'listening');
    return server;
  },
};

function problem(
  { code, port, protocol }: { code: string; port: number; protocol: string },
  { listenIp }: Config,
): Finding {
  const name = `${protocol.toUpperCase()} ${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return fail(
        `RTC_PORT: otro programa ocupa ${name}. Páralo, o escribe otro puerto.`,
        `RTC_PORT: another program has ${name}. Stop it, or write another port.`,
      );
    case 'EACCES':
      return fail(
        `RTC_PORT: ${name} no es para este usuario. Escribe uno por encima de 1023.`,
        `RTC_PORT: ${name} is not for this user. Write one above 1023.`,
      );
    default:
      return fail(
        `LISTEN_IP: ${listenIp} no es una dirección de esta máquina (${code}). Escribe una que tenga.`,
        `LISTEN_IP: ${listenIp} is no address of this machine (${code}). Write one that it has.`,
      );
  }
}
