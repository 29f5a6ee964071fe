import { ProtocolError, type CreateInvitation, type InvitationInfo } from '#protocol';
import { createInvitation, listInvitations, revokeInvitation } from '#web/client/api.ts';
import { m } from '#web/paraglide/messages.js';
import { failureOf, wordsOf, type Failure } from './failure.ts';
import { isOver } from './ownInvitation.ts';
import { toasts } from './toasts.svelte.ts';

/** Who keeps the invitations of a room, as the server knows them. */
export interface Keeper {
  readonly roomId: string;
  /** A moderator's invitation or access token, the one of this moment. */
  readonly token: () => string;
}

/** The ways into a room, as its moderators see and change them. */
export class Invitations {
  #all = $state.raw<readonly InvitationInfo[] | null>(null);
  #failure = $state<Failure | null>(null);
  #busy = $state(false);
  readonly #keeper: Keeper;

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  /** Those that open the room, the newest first, also where their link is not shown; null until they are known. */
  readonly good = $derived.by(() => this.#all?.filter((it) => !isOver(it, Date.now())) ?? null);
  /** Those that were revoked or have expired. */
  readonly over = $derived.by(() => this.#all?.filter((it) => isOver(it, Date.now())) ?? []);

  /** Why they could not be listed; null when all is well. */
  get failure(): Failure | null {
    return this.#failure;
  }

  get busy(): boolean {
    return this.#busy;
  }

  async load(): Promise<void> {
    this.#failure = null;
    try {
      const { roomId, token } = this.#keeper;
      this.#all = (await listInvitations(roomId, token())).invitations;
    } catch (error) {
      this.#failure = failureOf(error);
    }
  }

  /** @returns null when it was refused, which a toast says */
  async make(wanted: CreateInvitation): Promise<InvitationInfo | null> {
    const { roomId, token } = this.#keeper;
    const made = await this.#attempt(() => createInvitation(roomId, token(), wanted));
    if (made) this.#all = [made, ...(this.#all ?? [])];
    return made;
  }

  /**
   * @param endAdmitted whether those whom it let in are taken out
   * @returns whether it is revoked; a toast says why not
   */
  async revoke({ invitationId }: InvitationInfo, endAdmitted: boolean): Promise<boolean> {
    const { roomId, token } = this.#keeper;
    const revoked = await this.#attempt(() =>
      revokeInvitation({ roomId, token: token(), invitationId, endAdmitted }),
    );
    if (!revoked) return false;
    this.#all = (this.#all ?? []).map((it) => (it.invitationId === invitationId ? revoked : it));
    return true;
  }

  async #attempt<Result>(action: () => Promise<Result>): Promise<Result | null> {
    this.#busy = true;
    try {
      return await action();
    } catch (error) {
      toasts.show(refusalWords(error));
      return null;
    } finally {
      this.#busy = false;
    }
  }
}

function refusalWords(error: unknown): string {
  const code = error instanceof ProtocolError ? error.code : null;
  if (code === 'WRONG_STATE') return m.invite_last();
  return code === 'LIMIT_REACHED' ? m.invite_full() : wordsOf(failureOf(error)).text;
}
