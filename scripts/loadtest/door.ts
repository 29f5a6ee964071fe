import { setTimeout as delay } from 'node:timers/promises';
import {
  EnteredSchema,
  ErrorBodySchema,
  RoomCreatedSchema,
  RoomInfoSchema,
  type Entered,
  type Role,
} from '#protocol';
import * as v from 'valibot';
import { LoadError } from './loadError.ts';

const FailureSchema = v.object({ error: ErrorBodySchema });
const TIMEOUT_MS = 10_000;
/** After which it is no test of joining any more but one of waiting. */
const MOST_RETRIES = 20;
const ROOM_NAME = 'Load test';
const CAPACITY = { moderator: null, speaker: null, audience: null };

/** A way into a room, as a link carries it. */
export interface Invitation {
  readonly roomId: string;
  readonly token: string;
}

/** A server's HTTP, as far as it lets people into rooms. */
export class Door {
  readonly #url: string;
  #heldOff = 0;
  /** Where rooms are that another server has. */
  readonly #elsewhere = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  /** How often somebody was told to come again later. */
  get heldOff(): number {
    return this.#heldOff;
  }

  /** The server that has a room, as far as is known. */
  originOf({ roomId }: Invitation): string {
    return this.#elsewhere.get(roomId) ?? this.#url;
  }

  /** @throws LoadError where no server answers, or it makes no room */
  async makeRoom(): Promise<Readonly<Record<'speaker' | 'audience', Invitation>>> {
    const body = { roomName: ROOM_NAME, settings: { capacity: CAPACITY } };
    const made = v.parse(RoomCreatedSchema, await this.#demand('/api/rooms', { body }));
    const to = (role: 'speaker' | 'audience') => ({
      roomId: made.roomId,
      token: made.invitations[role],
    });
    return { speaker: to('speaker'), audience: to('audience') };
  }

  /** @throws LoadError where no server answers, or it does not know the invitation */
  async roleOf({ roomId, token }: Invitation): Promise<Role> {
    return v.parse(RoomInfoSchema, await this.#demand(`/api/rooms/${roomId}`, { token })).role;
  }

  /** Enters, as often as it takes; `startedMs` is when the server was asked the time that it agreed. */
  async enter(
    invitation: Invitation,
    displayName: string,
  ): Promise<{ entered: Entered; startedMs: number }> {
    const { roomId, token } = invitation;
    for (let retry = 0; ; retry += 1) {
      const startedMs = performance.now();
      const request = { token, body: { displayName }, origin: this.originOf(invitation) };
      const { answer, waitMs, server } = await this.#ask(`/api/rooms/${roomId}/peers`, request);
      if (server !== undefined) this.#elsewhere.set(roomId, server);
      else if (waitMs === null) return { entered: v.parse(EnteredSchema, answer), startedMs };
      if (retry === MOST_RETRIES) throw new Error('held off too often');
      if (waitMs === null) continue;
      this.#heldOff += 1;
      await delay(waitMs);
    }
  }

  async #demand(path: string, request: Request): Promise<unknown> {
    try {
      const { answer, waitMs } = await this.#ask(path, request);
      if (waitMs === null) return answer;
      const seconds = Math.ceil(waitMs / 1_000);
      throw new Error(`it has had too many requests: try again in ${seconds} s`);
    } catch (error) {
      const { message, cause } = error as Error & { cause?: Error & { code?: string } };
      if (cause?.code === 'ECONNREFUSED') {
        throw new LoadError(
          `No server answers at ${this.#url}: start one with npm start, or give another address with --url.`,
        );
      }
      throw new LoadError(
        `${this.#url} does not let us in: ${cause?.code ?? cause?.message ?? message}`,
      );
    }
  }

  async #ask(path: string, { token, body, origin = this.#url }: Request): Promise<Answer> {
    const response = await fetch(`${origin}${path}`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return { answer, waitMs: null };
    const refusal = v.safeParse(FailureSchema, answer);
    if (!refusal.success) throw new Error(`${path} was answered with status ${response.status}`);
    const { code, message, retryAfterMs, server } = refusal.output.error;
    if (server !== undefined) return { answer: null, waitMs: null, server };
    if (retryAfterMs === undefined) throw new Error(`${code}: ${message}`);
    return { answer: null, waitMs: retryAfterMs };
  }
}

interface Answer {
  readonly answer: unknown;
  /** Where the server wants to be asked again: after how long. */
  readonly waitMs: number | null;
  /** Where another one has the room. */
  readonly server?: string;
}

interface Request {
  readonly origin?: string;
  readonly token?: string;
  readonly body?: object;
}

/**
 * What is in a link to a room: its id in the path and an invitation in the fragment.
 * @throws LoadError
 */
export function invitationOf(link: string): Invitation {
  const url = URL.parse(link);
  const roomId = /^\/r\/([\w-]+)$/.exec(url?.pathname ?? '')?.[1];
  const token = url?.hash.slice(1) ?? '';
  if (roomId !== undefined && token !== '') return { roomId, token };
  throw new LoadError('--invitation: write a whole link, such as http://127.0.0.1:3000/r/ROOM#...');
}
