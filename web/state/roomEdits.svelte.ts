import type { SettingsChange } from '#protocol';
import { withChanges, type ShownSettings } from './changedSettings.ts';
import type { RoomSession } from './roomState.svelte.ts';

/** What a moderator changes of a room: shown at once, and taken back where the server refuses it. */
export class RoomEdits {
  readonly #session: RoomSession;
  /** What the server has not answered for. */
  #underWay = $state.raw<readonly SettingsChange[]>([]);

  constructor(session: RoomSession) {
    this.#session = session;
  }

  /** As the room is, and will be in a moment. */
  readonly shown: ShownSettings = $derived.by(() => {
    const { settings, roomName } = this.#session.room;
    return withChanges({ ...settings, roomName }, this.#underWay);
  });

  change(change: SettingsChange): Promise<void> {
    return this.#whileAsking(change, () => this.#session.order.changeSettings(change));
  }

  /** Locks the room, or opens it, in words of its own and with a way back. */
  lock(locked: boolean): Promise<void> {
    return this.#whileAsking({ locked }, () => this.#session.order.lock(locked));
  }

  async #whileAsking(change: SettingsChange, ask: () => Promise<unknown>): Promise<void> {
    this.#underWay = [...this.#underWay, change];
    await ask();
    this.#underWay = this.#underWay.filter((it) => it !== change);
  }
}
