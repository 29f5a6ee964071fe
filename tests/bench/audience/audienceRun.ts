import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AudienceSound, RoomCreated } from '#protocol';
import { SCRATCH } from '#tests/support/scratch.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';
import { childrenOf, cpuSeconds } from '../figures.ts';
import { Helper } from '../helper.ts';
import { watchConditions, type Conditions } from './conditions.ts';
import type { EarsAsked } from './ears.ts';
import { ListenerCrowd } from './listenerCrowd.ts';
import { heapMegabytes, megabytesOf } from './memory.ts';
import type { SpeakersWanted } from './speakers.ts';
import { seatListener, type Seated } from './visitors.ts';

const HEAP_PROBE = new URL('./heapProbe.ts', import.meta.url).href;
const SETTLE_MS = 2_500;

/** What a room cost for a while. */
export interface Measured {
  readonly speakers: number;
  readonly listeners: number;
  readonly seconds: number;
  readonly packets: number;
  readonly lost: number;
  /** Frames of 20 ms in a packet. */
  readonly framesPerPacket: number;
  readonly framesDelivered: number;
  readonly nodeSeconds: number;
  readonly workerSeconds: number;
  /** Of Node: what the process keeps, and what of it is in use. */
  readonly nodeMegabytes: number;
  readonly nodeHeapMegabytes: number;
  readonly workerMegabytes: number;
  readonly conditions: Conditions;
}

/** A fresh server with one room in it, its speakers, its listeners, and a few who decipher. */
export class AudienceRun {
  readonly room: RoomCreated;
  readonly crowd: ListenerCrowd;
  readonly #server: ServerProcess;
  readonly #heapFile: string;
  readonly #speakers: Helper;
  readonly #ears: Helper;
  #speaking = 0;
  #listening = 0;

  static async start(options: {
    sound: AudienceSound;
    environment?: Readonly<Record<string, string>>;
  }): Promise<AudienceRun> {
    const heapFile = path.join(mkdtempSync(path.join(SCRATCH, 'cora-heap-')), 'bytes');
    const { NODE_OPTIONS: nodeOptions = '', ...environment } = options.environment ?? {};
    const server = await ServerProcess.start({
      environment: {
        MAX_PEERS_PER_ROOM: '5000',
        TRUSTED_PROXIES: '127.0.0.1',
        LOG_LEVEL: 'warn',
        NODE_OPTIONS: `--import ${HEAP_PROBE} ${nodeOptions}`,
        HEAP_PROBE: heapFile,
        ...environment,
      },
    });
    const room = await createRoom(server.url, 'Aula magna', { audienceSound: options.sound });
    return new AudienceRun({ server, room, heapFile, crowd: await ListenerCrowd.start() });
  }

  private constructor(options: {
    server: ServerProcess;
    room: RoomCreated;
    crowd: ListenerCrowd;
    heapFile: string;
  }) {
    this.#heapFile = options.heapFile;
    this.#server = options.server;
    this.room = options.room;
    this.crowd = options.crowd;
    this.#speakers = new Helper('./audience/speakers.ts', [options.server.url]);
    this.#ears = new Helper('./audience/ears.ts', [options.server.url]);
  }

  get url(): string {
    return this.#server.url;
  }

  get serverPid(): number {
    return this.#server.pid;
  }

  get workerPids(): number[] {
    return childrenOf(this.#server.pid);
  }

  /** Until there are so many. */
  async speakers(count: number): Promise<void> {
    await this.#speakers.ask({ room: this.room, count } satisfies SpeakersWanted);
    this.#speaking = count;
  }

  /** Until there are so many, so many a second. */
  async listeners(count: number, perSecond: number): Promise<Seated[]> {
    const sinceMs = performance.now();
    const coming: Promise<Seated>[] = [];
    for (let index = 0; this.#listening < count; index += 1, this.#listening += 1) {
      await delay(Math.max(0, sinceMs + (1_000 * index) / perSecond - performance.now()));
      const { room, crowd } = this;
      coming.push(seatListener({ url: this.#server.url, room, crowd, number: this.#listening }));
    }
    return Promise.all(coming);
  }

  /** Some who decipher: they come after all others, so that they are served last. */
  async ears(count: number): Promise<void> {
    await this.#ears.ask({ enter: { room: this.room, count } } satisfies EarsAsked);
  }

  /** From the sending of a packet's last frame to the ears, in milliseconds, since the last time. */
  heard(): Promise<number[]> {
    return this.#ears.ask({ hear: true } satisfies EarsAsked);
  }

  async measure(seconds: number): Promise<Measured> {
    await delay(SETTLE_MS);
    const { pid } = this.#server;
    const workers = this.workerPids;
    const conditions = watchConditions([
      ...[pid, ...workers, this.crowd.pid, this.#speakers.pid, this.#ears.pid],
    ]);
    const used = () => ({
      node: cpuSeconds(pid),
      worker: workers.reduce((sum, worker) => sum + cpuSeconds(worker), 0),
    });
    const sinceMs = performance.now();
    const [before, packetsBefore] = [used(), await this.crowd.stats()];
    await delay(1_000 * seconds);
    const [after, packetsAfter] = [used(), await this.crowd.stats()];
    const took = (performance.now() - sinceMs) / 1_000;
    const packets = packetsAfter.pkts - packetsBefore.pkts;
    const framesDelivered = packetsAfter.frames - packetsBefore.frames;
    return {
      speakers: this.#speaking,
      listeners: this.#listening,
      seconds: took,
      packets,
      lost: packetsAfter.lost - packetsBefore.lost,
      framesPerPacket: Math.round(framesDelivered / packets),
      framesDelivered,
      nodeSeconds: after.node - before.node,
      workerSeconds: after.worker - before.worker,
      nodeMegabytes: megabytesOf(pid),
      nodeHeapMegabytes: await heapMegabytes(pid, this.#heapFile),
      workerMegabytes: workers.reduce((sum, worker) => sum + megabytesOf(worker), 0),
      conditions: conditions(),
    };
  }

  async end(): Promise<void> {
    this.#speakers.end();
    this.#ears.end();
    this.crowd.end();
    await this.#server.cleanUp();
    rmSync(path.dirname(this.#heapFile), { recursive: true });
  }
}
