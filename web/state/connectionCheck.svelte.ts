import { ProtocolError, type RoomId } from '#protocol';
import { testConnection } from '#web/client/connectionTest.ts';
import { verdictOf, type Findings, type Verdict } from '#web/client/connectionVerdict.ts';
import { ATTEMPTS, askAgainAfterMs, beginAfterMs } from '#web/client/testTurns.ts';

export type CheckState =
  | { readonly status: 'idle' | 'waiting' | 'testing' | 'busy' | 'failed' }
  | { readonly status: 'done'; readonly verdict: Verdict; readonly findings: Findings };

/** Should an answer never come. */
const PATIENCE_MS = 15_000;

/** The lobby's test of the network. It never keeps anybody from entering, and ends when they do. */
export class ConnectionCheck {
  #state = $state.raw<CheckState>({ status: 'idle' });
  readonly #at: { readonly roomId: RoomId; readonly invitation: string };
  readonly #maySpeak: boolean;
  #controller: AbortController | null = null;

  constructor(at: { roomId: RoomId; invitation: string; maySpeak: boolean }) {
    this.#at = at;
    this.#maySpeak = at.maySpeak;
  }

  get state(): CheckState {
    return this.#state;
  }

  /** Tests by itself, a little later. Where the server stays busy nobody is told. */
  async startSoon(): Promise<void> {
    const signal = this.#anew();
    this.#state = { status: 'waiting' };
    await later(beginAfterMs(Math.random()), signal);
    // Nobody waits for the verdict of a page in the background, where timers are slow.
    await shown(signal);
    await this.#run(signal, 'idle');
  }

  start(): Promise<void> {
    return this.#run(this.#anew(), 'busy');
  }

  /** Idempotent. */
  stop(): void {
    this.#controller?.abort();
    this.#controller = null;
    const { status } = this.#state;
    if (status === 'waiting' || status === 'testing') this.#state = { status: 'idle' };
  }

  async #run(signal: AbortSignal, whenBusy: 'idle' | 'busy'): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      this.#state = { status: 'testing' };
      const next = await this.#test(signal);
      if (signal.aborted) return;
      if (typeof next !== 'number') {
        this.#state = next;
        return;
      }
      if (attempt === ATTEMPTS) {
        this.#state = { status: whenBusy };
        return;
      }
      this.#state = { status: 'waiting' };
      await later(next, signal);
    }
  }

  /** The verdict, or the milliseconds after which a busy server is to be asked again. */
  async #test(signal: AbortSignal): Promise<CheckState | number> {
    const own = new AbortController();
    const timer = setTimeout(() => own.abort(), PATIENCE_MS);
    const end = () => own.abort();
    signal.addEventListener('abort', end);
    try {
      const findings = await testConnection({ ...this.#at, signal: own.signal });
      const verdict = verdictOf(findings, this.#maySpeak);
      return verdict ? { status: 'done', findings, verdict } : { status: 'failed' };
    } catch (error) {
      const isBusy = error instanceof ProtocolError && error.code === 'RATE_LIMITED';
      return isBusy ? askAgainAfterMs(error.retryAfterMs, Math.random()) : { status: 'failed' };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }

  #anew(): AbortSignal {
    this.stop();
    this.#controller = new AbortController();
    return this.#controller.signal;
  }
}

/** Resolves early when it is called off. */
function later(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function shown(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', () => resolve(), { once: true, signal });
    signal.addEventListener('abort', () => resolve());
  });
}
