import { EventEmitter } from 'node:events';
import type { DataConsumer, DataProducer } from 'mediasoup-client/types';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ProtocolError, type Phrase } from '#protocol';
import { PhraseLine } from '#web/client/phraseLine.ts';
import { INITIAL_ROOM_STATE, fromSnapshot, type RoomState } from '#web/client/roomState.ts';
import type { Ask, Transports } from '#web/client/transports.ts';
import { settled } from '#tests/support/fakes.ts';
import { House, type Visitor } from '#tests/support/house.ts';

/** A linear congruential generator (Numerical Recipes): the same cuts in every run. */
function chances(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** The client's own phrase line against the server's own use cases, over ways that can be cut. */
class Client {
  readonly line: PhraseLine;
  readonly arrived: number[] = [];
  state: RoomState = INITIAL_ROOM_STATE;
  /** What goes, what comes, and what the socket carries is lost while these are set. */
  outwardIsCut = false;
  inwardIsCut = false;
  socketIsCut = false;
  readonly #house: House;
  #visitor: Visitor;
  #incoming = new EventEmitter();
  #toldSocket = 0;

  constructor(house: House, visitor: Visitor) {
    this.#house = house;
    this.#visitor = visitor;
    const request = async (name: string, input: never) => {
      const { session } = this.#visitor;
      const lost = () => new ProtocolError('INTERNAL', 'not answered');
      if (this.socketIsCut) throw lost();
      const answer: unknown = await this.#visitor.request(name as never, input);
      // The answer is lost where the socket went meanwhile.
      if (this.socketIsCut || session !== this.#visitor.session) throw lost();
      return structuredClone(answer);
    };
    this.line = new PhraseLine({
      signaling: { request } as unknown as Ask,
      state: () => this.state,
      update: (change) => (this.state = { ...this.state, ...change }),
      arrived: ({ seq }) => this.arrived.push(seq),
    });
  }

  async connect(): Promise<void> {
    this.socketIsCut = false;
    this.#visitor = this.#house.visitor(this.#visitor.session.identity);
    this.#toldSocket = 0;
    this.state = fromSnapshot(this.state, await this.#visitor.request('join', {}));
    this.line.begin();
    await this.openChannel();
  }

  async openChannel(): Promise<void> {
    this.outwardIsCut = this.inwardIsCut = false;
    const incoming = Object.assign(new EventEmitter(), { readyState: 'open' });
    this.#incoming = incoming;
    const visitor = this.#visitor;
    const outgoing = Object.assign(new EventEmitter(), {
      readyState: 'open',
      send: (message: string) => {
        if (!this.outwardIsCut && !visitor.session.isClosed) visitor.say(message);
      },
    });
    const transports = {
      openPhraseChannel: async () => incoming as unknown as DataConsumer,
      openSending: async () => outgoing as unknown as DataProducer,
    } as Transports;
    await this.line.openOver(transports);
    this.line.sendOver(await transports.openSending());
    incoming.emit('open');
  }

  get channelIsCut(): boolean {
    return this.outwardIsCut || this.inwardIsCut;
  }

  loseSocket(): void {
    this.socketIsCut = this.outwardIsCut = this.inwardIsCut = true;
    this.line.lost();
  }

  loseChannel(): Promise<void> {
    this.outwardIsCut = this.inwardIsCut = true;
    this.line.lostChannel();
    return this.line.takeSocket(true);
  }

  /** Hands on what the server has sent since. */
  deliver(fresh: readonly Phrase[]): void {
    if (!this.inwardIsCut) {
      for (const phrase of fresh) this.#incoming.emit('message', JSON.stringify(phrase));
    }
    const said = this.#visitor.channel.told('phraseSaid');
    if (!this.socketIsCut)
      for (const { phrase } of said.slice(this.#toldSocket)) this.line.arrived(phrase as Phrase);
    this.#toldSocket = said.length;
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const PHRASES = 10_000;

it('[PD9] brings 10,000 phrases over cuts of socket and channel once, in order, and none is lost', async () => {
  const house = new House();
  const chance = chances(20_261_126);
  // Keeps the room open while both others are away.
  await house.enter('audience');
  const author = new Client(house, house.visitor({ role: 'speaker', displayName: 'Ana' }));
  const reader = new Client(house, house.visitor({ role: 'speaker', displayName: 'Beto' }));
  const both = [author, reader];
  let delivered = 0;
  const step = async () => {
    const { phrases } = house.engine.room;
    const fresh = phrases.slice(delivered);
    delivered = phrases.length;
    for (const client of both) client.deliver(fresh);
    house.clock.advance(600);
    await settled();
  };
  for (const client of both) await client.connect();

  const cuts = { socket: 0, channel: 0, silent: 0 };
  let written = 0;
  while (written < PHRASES) {
    for (const client of both) {
      const luck = chance();
      if (client.socketIsCut) {
        if (luck < 0.3) await client.connect();
      } else if (luck < 0.01) {
        cuts.socket += 1;
        client.loseSocket();
      } else if (luck < 0.02 && !client.channelIsCut) {
        cuts.channel += 1;
        await client.loseChannel();
      } else if (luck < 0.025 && !client.channelIsCut) {
        // Nobody is told of this one: a network that swallows what it is given.
        cuts.silent += 1;
        client.outwardIsCut = chance() < 0.6;
        client.inwardIsCut = !client.outwardIsCut || chance() < 0.5;
      } else if (luck > 0.9 && client.channelIsCut) {
        await client.loseChannel();
        await client.openChannel();
      }
    }
    if (author.state.canSendPhrases && author.state.pendingPhrases.length < 3) {
      written += 1;
      author.line.send(`Frase ${String(written)}`, 'es');
    }
    await step();
  }
  for (const client of both) {
    client.loseSocket();
    await client.connect();
  }
  for (let calm = 0; calm < 10; calm += 1) await step();

  console.log(`cuts: ${JSON.stringify(cuts)}`);
  expect(Math.min(...Object.values(cuts))).toBeGreaterThan(20);
  const wanted = Array.from({ length: PHRASES }, (_, index) => `Frase ${String(index + 1)}`);
  for (const { state } of both) {
    expect(state.phrases.map(({ seq }) => seq)).toEqual(wanted.map((_, index) => index + 1));
    expect(state.phrases.map(({ text }) => text).toSorted()).toEqual(wanted.toSorted());
    expect(state.pendingPhrases).toEqual([]);
  }
  // What arrived with a snapshot is not told as new; nothing is told twice or out of order.
  for (const { arrived } of both) {
    expect(arrived).toEqual([...new Set(arrived)].toSorted((a, b) => a - b));
  }
}, 120_000);
