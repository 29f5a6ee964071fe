import { ProtocolError, type RoomId } from '#protocol';
import type { Clock, Log, RoomDirectory, RoomTransfer } from '../session/ports.ts';
import { every } from './every.ts';
import { Leases } from './leases.ts';
import { RedisNodeLine } from './nodeLine.ts';
import { RedisLink } from './redisLink.ts';
import { readRoom } from './roomReader.ts';
import { BEAT, CLAIM, LOCATE } from './scripts.ts';
import { leastLoaded, serverIn, toServers, type Server } from './servers.ts';
import type { SharedRoom } from './sharedRoom.ts';
import { Wakefulness } from './wakefulness.ts';

/** How long a room is a server's without a word of it. */
const LEASE_MS = 3_000;
/** In that time it is heard of so often. */
const BEATS = 3;
const LOOKS = 12;
const RETRY_MS = 400;
const MAX_PAGES = 1_000;

export interface RedisDirectoryOptions {
  readonly url: string;
  /** What this process is called: another one each time that it starts. */
  readonly nodeId: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly transfer: RoomTransfer;
  /** Names where the numbers of phrases begin anew. */
  readonly makeLogId: () => string;
  /** @see LEASE_MS */
  readonly leaseMs?: number;
  /** How many people are here. */
  readonly load: () => number;
  /** Another server has that room: who is in it is to go there. */
  readonly lost: (roomId: RoomId) => void;
}

/** Which server has which room, in Redis: a lease that runs out, numbered so that who overslept it is known. */
export class RedisDirectory implements RoomDirectory {
  readonly #options: RedisDirectoryOptions;
  readonly #link: RedisLink;
  readonly #leaseMs: number;
  readonly #wakefulness: Wakefulness;
  /** To the other servers. */
  readonly line: RedisNodeLine;
  readonly #leases: Leases;
  readonly #taking = new Map<RoomId, Promise<void>>();
  #servers: readonly Server[] = [];
  /** Also of servers that are gone, and that an empty Redis knows nothing of. */
  readonly #pages = new Set<string>();
  #at: Pick<Server, 'url'> & { readonly pages: readonly string[] } = { url: '', pages: [] };
  #draining = false;
  /** When the last beat was begun that Redis answered: monotonic. For as long as a lease lasts all of them stand. */
  #confirmedMs = -Infinity;
  #begun = 0;
  #stopTimers: (() => void)[] = [];
  #beating: Promise<void> | null = null;

  constructor(options: RedisDirectoryOptions) {
    const { url, clock, log } = options;
    this.#options = options;
    this.#link = new RedisLink({ url, clock, log });
    this.line = new RedisNodeLine({
      ...options,
      link: this.#link,
      servers: () => this.#servers,
      canTell: () => this.#mayTake,
    });
    const leaseMs = (this.#leaseMs = options.leaseMs ?? LEASE_MS);
    this.#leases = new Leases({ ...options, leaseMs, link: this.#link });
    this.#wakefulness = new Wakefulness({ clock, longestMs: leaseMs - leaseMs / BEATS });
  }

  /**
   * Tells others of this server, and from here on all the time. Resolves when it may take rooms, or Redis does not
   * answer.
   * @param at.url where browsers reach it
   * @param at.pages origins of the pages that it takes people from
   */
  async open(at: { url: string; pages: readonly string[] }): Promise<void> {
    this.#at = at;
    this.#link.open();
    this.line.open();
    const leaseMs = this.#leaseMs;
    const { clock } = this.#options;
    this.#stopTimers.push(
      every(clock, leaseMs / LOOKS, () => void this.#wakefulness.look()),
      every(clock, leaseMs / BEATS, () => void this.#beat()),
    );
    const { promise, resolve } = Promise.withResolvers<void>();
    const untilMs = this.#options.clock.monotonicMs() + 2 * leaseMs;
    const look = () => {
      const isOver = this.#options.clock.monotonicMs() > untilMs;
      if (isOver || this.#mayTake) resolve();
      else this.#options.clock.after(leaseMs / LOOKS, look);
    };
    look();
    await promise;
  }

  get origins(): readonly string[] {
    const others = this.#servers.filter(({ nodeId }) => nodeId !== this.#options.nodeId);
    return [...new Set([...others.map(({ url }) => url), this.#at.url])];
  }

  get pages(): readonly string[] {
    return [...this.#pages];
  }

  /** For what goes with a room: null where it is not here. */
  room(roomId: RoomId): SharedRoom | null {
    return this.#leases.of(roomId);
  }

  get link(): RedisLink {
    return this.#link;
  }

  /** Who is there, this one among them. */
  get servers(): readonly Server[] {
    return this.#servers;
  }

  async requireHere(roomId: RoomId, { wasSent = false } = {}): Promise<void> {
    await this.#leases.of(roomId)?.leaving;
    const room = this.#leases.of(roomId);
    if (room) {
      this.requireAwake(roomId);
      return room.touch();
    }
    const known = this.#taking.get(roomId);
    if (known) return known;
    const taking = this.#take(roomId, wasSent).finally(() => this.#taking.delete(roomId));
    this.#taking.set(roomId, taking);
    return taking;
  }

  requireAwake(roomId: RoomId): void {
    const room = this.#leases.of(roomId);
    // Where Redis is away and this process is awake, it goes on.
    const isUnsure = this.#wakefulness.look() > this.#confirmedMs;
    if (!room || room.leaving || isUnsure) {
      throw passing('whose room it is has to be asked');
    }
  }

  begin(roomId: RoomId): void {
    this.#begun += 1;
    const room = this.#leases.add(roomId, `${this.#options.nodeId}/new-${this.#begun}`);
    // Where Redis is away it is told with the next beat that it hears.
    this.#leases.renew([room]).catch(() => undefined);
  }

  /** Takes no more rooms, and says so. */
  async drain(): Promise<void> {
    this.#draining = true;
    await this.#beat();
  }

  /** Lets go of all rooms, whose people have left; others may take them when it resolves. */
  async release(): Promise<void> {
    await this.#leases.release();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.release();
    for (const stop of this.#stopTimers) stop();
    this.line.close();
    await this.#link.ask([['HDEL', 'cora:nodes', this.#options.nodeId]]).catch(() => undefined);
    this.#link.close();
  }

  /** What Redis forgot by itself its holders take again first. */
  get #mayTake(): boolean {
    return this.#link.standsForMs >= this.#leaseMs && this.#servers.length > 0;
  }

  async #take(roomId: RoomId, wasSent: boolean): Promise<void> {
    const { nodeId, clock } = this.#options;
    if (!this.#mayTake || this.#wakefulness.look() > this.#confirmedMs) {
      throw passing('it cannot be told which server has the room');
    }
    try {
      const [holder, ...live] = (await this.#link.run(LOCATE, roomId)) as string[];
      const servers = toServers(live);
      if (holder) return this.#send(serverIn(holder), servers);
      const best = leastLoaded(servers, nodeId);
      if (best && best.nodeId !== nodeId && !wasSent) return this.#send(best.nodeId, servers);
      if (this.#draining) throw passing('the server is stopping');
      const askedMs = clock.monotonicMs();
      const claim = [roomId, nodeId, String(this.#leaseMs)] as const;
      const [outcome, fence, wasReleased] = (await this.#link.run(CLAIM, ...claim)) as string[];
      if (outcome !== 'taken') return this.#send(serverIn(String(fence)), servers);
      await this.#fetch(roomId, { fence: String(fence), isWhole: wasReleased === '1' });
      if (clock.monotonicMs() - askedMs > this.#leaseMs) throw passing('it took too long');
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      throw passing('redis does not answer');
    }
  }

  /** Brings what is kept of a room here, before anybody is let in. */
  async #fetch(roomId: RoomId, { fence, isWhole }: { fence: string; isWhole: boolean }) {
    const { transfer, makeLogId, log } = this.#options;
    const copy = await readRoom(this.#link, roomId);
    const open = copy?.open && !isWhole ? { ...copy.open, logId: makeLogId() } : copy?.open;
    // Of the last phrases that were said elsewhere some may be missing here: their numbers are for nobody else.
    if (copy) transfer.replace({ ...copy, open: open ?? null });
    const room = this.#leases.add(roomId, fence);
    if (!copy || open !== copy.open) room.writeWhole();
    log.info({ roomId, fence, isKnown: copy !== null }, 'room taken');
  }

  #send(nodeId: string, servers: readonly Server[]): never {
    const server = servers.find((it) => it.nodeId === nodeId);
    if (nodeId === this.#options.nodeId || !server) throw passing('its server is not there');
    throw new ProtocolError('ROOM_ELSEWHERE', 'another server has it', { server: server.url });
  }

  #beat(): Promise<void> {
    this.#beating ??= this.#tell().finally(() => (this.#beating = null));
    return this.#beating;
  }

  async #tell(): Promise<void> {
    if (!this.#link.stands) return;
    const { nodeId, clock, load } = this.#options;
    const begunMs = clock.monotonicMs();
    try {
      const { url, pages } = this.#at;
      const me = { nodeId, url, load: load(), draining: this.#draining };
      const beat = [nodeId, JSON.stringify(me), String(this.#leaseMs), url, ...pages];
      const [live, all] = (await this.#link.run(BEAT, ...beat)) as [string[], string[]];
      this.#servers = toServers(live);
      for (const page of all) if (this.#pages.size < MAX_PAGES) this.#pages.add(page);
      await this.#leases.renew();
      this.#confirmedMs = begunMs;
    } catch {
      // Said by the link, once; the rooms that are here go on.
      return;
    }
    this.#leases.tidy();
    this.line.look();
  }
}

const passing = (why: string) =>
  new ProtocolError('SERVER_STOPPING', why, { retryAfterMs: RETRY_MS });
