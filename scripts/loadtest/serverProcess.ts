import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** Of the processes of a server on this machine, at one moment. */
export interface ServerSample {
  /** Seconds since the server was first looked at. */
  readonly atSeconds: number;
  /** In percent of a core, since the sample before. */
  readonly nodePercent: number;
  readonly workersPercent: number;
  readonly nodeMegabytes: number;
  readonly workersMegabytes: number;
}

const LISTENING = '0A';

/** Looks at what a server and its workers use of this machine: Linux only. */
export class ServerProcess {
  readonly #pid: number;
  readonly #sinceMs = performance.now();
  #lastMs = performance.now();
  #lastSeconds: Readonly<Record<'node' | 'workers', number>>;
  readonly samples: ServerSample[] = [];

  /** @returns null where it is not on this machine, or belongs to somebody else */
  static find(url: string, pid: number | null): ServerProcess | null {
    try {
      const found = pid ?? pidOf(url);
      return found === null ? null : new ServerProcess(found);
    } catch {
      return null;
    }
  }

  private constructor(pid: number) {
    this.#pid = pid;
    this.#lastSeconds = this.#cpuSeconds();
  }

  /** Without effect where the server is gone. */
  sample(): void {
    try {
      const nowMs = performance.now();
      const seconds = this.#cpuSeconds();
      const percent = (of: 'node' | 'workers') =>
        // Where a process has ended, there is less than before.
        Math.max(0, (100_000 * (seconds[of] - this.#lastSeconds[of])) / (nowMs - this.#lastMs));
      this.samples.push({
        atSeconds: (nowMs - this.#sinceMs) / 1_000,
        nodePercent: percent('node'),
        workersPercent: percent('workers'),
        nodeMegabytes: megabytesOf(this.#pid),
        workersMegabytes: sum(this.#workers().map(megabytesOf)),
      });
      this.#lastMs = nowMs;
      this.#lastSeconds = seconds;
    } catch {
      // It ended, and what was seen so far stands.
    }
  }

  #cpuSeconds() {
    return {
      node: cpuSecondsOf(this.#pid),
      workers: sum(this.#workers().map(cpuSecondsOf)),
    };
  }

  #workers(): number[] {
    const children = readFileSync(`/proc/${this.#pid}/task/${this.#pid}/children`, 'utf8');
    const pids = children.trim() === '' ? [] : children.trim().split(' ').map(Number);
    // Linux keeps 15 characters of a process's name.
    return pids.filter((pid) =>
      readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('mediasoup-work'),
    );
  }
}

/** User and system, of all threads, as the scheduler counts it. */
function cpuSecondsOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  return sum(
    threads.map((thread) => {
      const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(
        ' ',
      );
      return Number(nanoseconds) / 1e9;
    }),
  );
}

function megabytesOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024;
}

/** Who listens on a port of this machine. */
function pidOf(url: string): number | null {
  const { hostname, port, protocol } = new URL(url);
  if (!isHere(hostname)) return null;
  const wanted = Number(port || (protocol === 'https:' ? 443 : 80));
  const inodes = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => {
        return state === LISTENING && parseInt(local?.split(':')[1] ?? '', 16) === wanted;
      })
      .map((fields) => fields[9]),
  );
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const owner = processes.find((pid) => linksOf(pid).some((link) => sockets.has(link)));
  return owner === undefined ? null : Number(owner);
}

function linksOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}

function isHere(hostname: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((it) => it ?? []);
  return hostname === 'localhost' || own.some(({ address }) => address === hostname);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
