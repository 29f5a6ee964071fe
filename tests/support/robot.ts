import { mayWrite, type PeerId, type Role, type RoomCreated } from '#protocol';
import { RoomClient } from '#web/client/roomClient.ts';
import type { RoomState } from '#web/client/roomState.ts';
import { ProgramPage } from './programPage.ts';
import { accessToken } from './rawSocket.ts';
import { Tone } from './tone.ts';

const PATIENCE_MS = 60_000;

export interface RobotOptions {
  readonly role: Role;
  readonly name: string;
  /** What it says without a pause; nothing when left out. */
  readonly toneHz?: number;
}

/** Somebody with the browser's whole client in this process: it reconnects, recovers and rebuilds as a page does. */
export class Robot {
  readonly client: RoomClient;
  readonly #page = new ProgramPage();
  readonly #tone: Tone | null;

  /** Resolves once it is in and can send phrases, or hear those of others. */
  static async enter(url: string, room: RoomCreated, options: RobotOptions): Promise<Robot> {
    const token = await accessToken(url, room, options.role, options.name);
    const robot = new Robot(url, token, options);
    await robot.until(({ connection }) => connection === 'connected');
    const writes = ({ me, settings }: RoomState) => me !== null && mayWrite(me.role, settings);
    await robot.until((state) => state.canSendPhrases || !writes(state));
    return robot;
  }

  private constructor(url: string, token: string, { toneHz }: RobotOptions) {
    this.#tone = toneHz === undefined ? null : Tone.playing(toneHz);
    const track = this.#tone?.track ?? null;
    this.client = this.#page.run(() =>
      RoomClient.connect({ url, origin: url, accessToken: token, microphone: track, muted: false }),
    );
  }

  get peerId(): PeerId | null {
    return this.client.state.me?.peerId ?? null;
  }

  /** What it hears of each of the others, by their peer ids. */
  get ears(): Map<string, Tone> {
    return new Map(
      [...this.#page.playing].flatMap(({ dataset: { peerId }, ear }) =>
        peerId !== undefined && ear ? [[peerId, ear] as const] : [],
      ),
    );
  }

  /** Whether somebody is heard at this frequency at this moment. */
  hears(toneHz: number): boolean {
    return [...this.ears.values()].some((ear) => ear.shareOf(toneHz) > 0.5);
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
