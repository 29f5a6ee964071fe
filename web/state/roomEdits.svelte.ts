import type { RoomSettings, SettingsChange } from '#protocol';
import { failureOf, wordsOf } from './failure.ts';
import type { RoomSession } from './roomState.svelte.ts';
import { toasts } from './toasts.svelte.ts';

/** What a moderator changes of a room: shown at once, and taken back where the server refuses it. */
export class RoomEdits {
  readonly #session: RoomSession;
  /** What the server has not answered for. */
  #underWay = $state.raw<readonly SettingsChange[]>([]);

  constructor(session: RoomSession) {
    this.#session = session;
  }

  /** As the room is, and will be in a moment. */
  readonly shown: RoomSettings & { readonly roomName: string } = $derived.by(() => {
    const { settings, roomName } = this.#session.room;
    return Object.assign({ ...settings, roomName }, ...this.#underWay);
  });

  async change(change: SettingsChange): Promise<void> {
    this.#underWay = [...this.#underWay, change];
    try {
      await this.#session.client.order.changeSettings(change);
    } catch (error) {
      toasts.show(wordsOf(failureOf(error)).text);
    } finally {
      this.#underWay = this.#underWay.filter((it) => it !== change);
    }
  }
}
