import type { Clock, Identity, Log, SignedAccess } from '../session/ports.ts';

/** The share of what is left of a token's life after which the next one is handed out. */
const RENEWED_AFTER = 2 / 3;
/** Between attempts, where signing fails. */
const PAUSE_MS = 1_000;
/** setTimeout's own limit. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface Renewed {
  /** Until when it may ask anything: milliseconds since 1970, later after each `renew`. */
  readonly expiresAt: number;
  /** Whether it is in a room, or waits to be let in: others come in with the token they have, or not. */
  readonly isIn: boolean;
  /** Hands out the next access token. */
  renew(access: SignedAccess): void;
  remove(code: 'TOKEN_EXPIRED'): void;
}

interface Options {
  readonly identity: Identity;
  readonly signAccess: (identity: Identity) => Promise<SignedAccess>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Hands out the next token well before the last one ends, for as long as a socket stands. Where that
 * fails, the session ends with its token. Returns what stops it.
 */
export function renewAccess(session: Renewed, options: Options): () => void {
  const { identity, signAccess, clock, log } = options;
  let cancel = () => {};
  let isOver = false;
  const wait = (): void => {
    const leftMs = session.expiresAt - clock.wallMs();
    if (leftMs <= 0) return session.remove('TOKEN_EXPIRED');
    const inMs = Math.min(leftMs, Math.max(leftMs * RENEWED_AFTER, PAUSE_MS), MAX_TIMER_MS);
    cancel = clock.after(inMs, () => void renew());
  };
  const renew = async (): Promise<void> => {
    try {
      const access = session.isIn ? await signAccess(identity) : null;
      if (access && !isOver) session.renew(access);
    } catch (err) {
      log.error({ peerId: identity.peerId, err }, 'access could not be renewed');
    }
    if (!isOver) wait();
  };
  wait();
  return () => {
    isOver = true;
    cancel();
  };
}
