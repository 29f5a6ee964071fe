import { mayWrite, type PeerId, type Role, type RoomCreated } from '#protocol';
import { enterRoom, getRoom } from '#web/client/api.ts';
import { RoomClient, type RoomClientOptions } from '#web/client/roomClient.ts';
import type { RoomState } from '#web/client/roomState.ts';
import { Servers } from '#web/client/servers.ts';
import { makePersonKey } from './fakeBook.ts';
import { ProgramPage } from './programPage.ts';
import { accessToken } from './rawSocket.ts';
import { Tone } from './tone.ts';

const PATIENCE_MS = 60_000;

export interface RobotOptions {
  readonly role: Role;
  readonly name: string;
  /** What it says without a pause; nothing when left out. */
  readonly toneHz?: number;
  /** Whether it goes to the server that has the room, as pages do, also when that is another one. */
  readonly roams?: boolean;
}

type WayIn = Pick<RoomClientOptions, 'url' | 'accessToken' | 'renew' | 'whereabouts'>;

/** Somebody with the browser's whole client in this process: it reconnects, recovers and rebuilds as a page does. */
export class Robot {
  readonly client: RoomClient;
  readonly #page = new ProgramPage();
  readonly #tone: Tone | null;

  /** Resolves once it is in and can send phrases, or hear those of others. */
  static async enter(url: string, room: RoomCreated, options: RobotOptions): Promise<Robot> {
    const robot = new Robot(url, await wayIn(url, room, options), options);
    await robot.until(({ connection }) => connection === 'connected');
    const writes = ({ me, settings }: RoomState) => me !== null && mayWrite(me.role, settings);
    await robot.until((state) => state.canSendPhrases || !writes(state));
    return robot;
  }

  private constructor(origin: string, way: WayIn, { toneHz }: RobotOptions) {
    this.#tone = toneHz === undefined ? null : Tone.playing(toneHz);
    const track = this.#tone?.track ?? null;
    this.client = this.#page.run(() =>
      RoomClient.connect({ ...way, origin, microphone: track, muted: false }),
    );
  }

  get peerId(): PeerId | null {
    return this.client.state.me?.peerId ?? null;
  }

  /** What it hears of each of the others, by their peer ids: of who only listens, who is in which slot. */
  get ears(): Map<string, Tone> {
    const { slots } = this.client.state;
    return new Map(
      [...this.#page.playing].flatMap(({ dataset: { peerId, slot }, ear }) => {
        const person = peerId ?? slots[Number(slot)];
        return person && ear ? [[person, ear] as const] : [];
      }),
    );
  }

  /** How much of each sound that it plays, slots among them, is at this frequency: 0 to 1. */
  shares(toneHz: number): number[] {
    return [...this.#page.playing].flatMap(({ ear }) => (ear ? [ear.shareOf(toneHz)] : []));
  }

  /** Whether somebody is heard at this frequency at this moment. */
  hears(toneHz: number): boolean {
    return [...this.#page.playing].some(({ ear }) => (ear?.shareOf(toneHz) ?? 0) > 0.5);
  }

  until(holds: (state: RoomState) => boolean): Promise<void> {
    const { client } = this;
    if (holds(client.state)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => {
        stop();
        reject(new Error(`waited in vain, in this state: ${client.state.connection}`));
      }, PATIENCE_MS);
      const stop = client.subscribe(() => {
        if (!holds(client.state)) return;
        clearTimeout(giveUp);
        stop();
        resolve();
      });
    });
  }

  close(): void {
    this.client.leave();
    this.#tone?.close();
    for (const { ear } of this.#page.playing) ear?.close();
  }
}

async function wayIn(url: string, room: RoomCreated, options: RobotOptions): Promise<WayIn> {
  const { role, name, roams = false } = options;
  if (!roams) return { url, accessToken: await accessToken(url, room, role, name) };
  const servers = new Servers(url);
  const { roomId } = room;
  const invitation = room.invitations[role];
  await getRoom(roomId, invitation, { servers });
  const who = { displayName: name, personKey: makePersonKey() };
  const renew = async () => (await enterRoom({ roomId, invitation, who, servers })).accessToken;
  return { accessToken: await renew(), renew, whereabouts: servers.whereaboutsOf(roomId) };
}
