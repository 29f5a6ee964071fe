import * as v from 'valibot';
import { DisplayNameSchema, type RtpCapabilities } from '#protocol';
import { enterRoom } from '#web/client/api.ts';
import { pageServers, type Whereabouts } from '#web/client/servers.ts';
import { m } from '#web/paraglide/messages.js';
import { failureOf, wordsOf, type Failure } from './failure.ts';
import { personKey } from './personKey.ts';
import { preferences } from './preferences.svelte.ts';

type Problem = Failure | 'nameEmpty' | 'nameLong';

/** What lets one into a room, and again where one has been away for too long. */
export interface Pass {
  readonly accessToken: string;
  readonly routerRtpCapabilities: RtpCapabilities;
  /** Gets another access token for the same person. Rejects as entering does. */
  readonly renew: () => Promise<string>;
  /** Of the room's server: another one, it may be, after `renew`. */
  readonly whereabouts: Whereabouts;
}

/** The door of a room: checks the name, and asks the server to let its bearer in. */
export class Entrance {
  name = $state(preferences.displayName);
  #busy = $state(false);
  #problem = $state<Problem | null>(null);
  readonly #to: () => { roomId: string; invitation: string };

  constructor(to: () => { roomId: string; invitation: string }) {
    this.#to = to;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** A sentence in the person's language; empty when all is well. */
  get error(): string {
    if (this.#problem === null) return '';
    if (this.#problem === 'nameEmpty') return m.name_empty();
    if (this.#problem === 'nameLong') return m.name_long();
    const { title, text } = wordsOf(this.#problem);
    return `${title}. ${text}`;
  }

  /**
   * @param options.nameless what to be called without a name; by default a name is needed
   * @param options.after what must be over before one goes in
   * @returns null when one was not let in: `error` says why
   */
  async enter(
    options: { nameless?: string; after?: () => Promise<void> } = {},
  ): Promise<Pass | null> {
    const { roomId, invitation } = this.#to();
    const typed = this.name.trim();
    const name = v.safeParse(DisplayNameSchema, typed || options.nameless || '');
    if (!name.success) {
      this.#problem = typed === '' ? 'nameEmpty' : 'nameLong';
      return null;
    }
    this.#busy = true;
    this.#problem = null;
    try {
      await options.after?.();
      // The door is closed by the time it is needed again: nothing of it is asked then.
      const who = { displayName: name.output, personKey: personKey.current };
      const enter = () => enterRoom({ roomId, invitation, who });
      const renew = async () => (await enter()).accessToken;
      const { accessToken, routerRtpCapabilities } = await enter();
      preferences.displayName = typed;
      const whereabouts = pageServers.whereaboutsOf(roomId);
      return { accessToken, routerRtpCapabilities, renew, whereabouts };
    } catch (error) {
      this.#problem = failureOf(error);
      return null;
    } finally {
      this.#busy = false;
    }
  }
}
