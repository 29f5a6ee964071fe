import {
  ProtocolError,
  clientRequests,
  describeFailure,
  type ClientRequestName,
  type ClientRequests,
  type ErrorBody,
  type Handlers,
  type PeerId,
  type Reply,
} from '#protocol';
import * as v from 'valibot';
import { refusal, type GateState } from '../domain/gate.ts';
import type { Refusal } from '../domain/requestLimits.ts';
import type { Log } from '../session/ports.ts';
import { isWithinDepth } from './depth.ts';
import type { CoraSocket } from './socketChannel.ts';

const INPUT_DEPTH = 6;

/** What the door needs to know of the session that a message comes from. */
export interface Caller {
  readonly peerId: PeerId;
  readonly gateState: GateState;
  /** The gate let a request of this name through. */
  asked(name: ClientRequestName): void;
}

export interface Door<Session extends Caller> {
  readonly session: Session;
  readonly handlers: Handlers<ClientRequests, Session>;
  /** Whether there is too much of it. Asked of all that comes, whatever it is. */
  readonly limit: (name: unknown) => Refusal | null;
  /** Too much of it came for too long, and the last of it has been answered. */
  readonly end: () => void;
  readonly log: Log;
}

/**
 * The one door of all messages: limit, shape, gate, schema, handler, in that order, and every failure
 * answered with its code. What is not a request of the protocol is answered if it can be.
 */
export function bindHandlers<Session extends Caller>(
  socket: CoraSocket,
  { session, handlers, limit, end, log }: Door<Session>,
): void {
  socket.onAny(async (name: unknown, ...args: unknown[]) => {
    // What came in one piece with the message that ended it still comes.
    if (!socket.connected) return;
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? last : undefined;
    const refused = limit(name);
    if (refused) {
      // Before anything is looked at, and without an Error and its stack: a flood must cost little.
      acknowledge?.(tooMuch(refused));
      if (refused.isLast) end();
      return;
    }
    if (!acknowledge) return;
    const reply: Reply<unknown> = await answer(name, args.slice(0, -1)).then(
      (data) => ({ ok: true, data }),
      (error: unknown) => ({ ok: false, error: toBody(error) }),
    );
    acknowledge(reply);
  });

  async function answer(name: unknown, args: unknown[]): Promise<unknown> {
    if (!isRequestName(name) || args.length !== 1) {
      throw new ProtocolError('INVALID_MESSAGE', 'no such request');
    }
    const refused = refusal(name, session.gateState);
    if (refused) throw new ProtocolError(refused, `${name} is not allowed here`);
    session.asked(name);
    if (!isWithinDepth(args[0], INPUT_DEPTH)) {
      throw new ProtocolError('INVALID_MESSAGE', `${name} is nested too deep`);
    }
    const input = v.safeParse(clientRequests[name].input, args[0], { abortEarly: true });
    if (!input.success) {
      const what = describeFailure(clientRequests[name].input, input.issues);
      throw new ProtocolError('INVALID_MESSAGE', `${name}: ${what}`);
    }
    return handlers[name](session, input.output as never);
  }

  function toBody(error: unknown): ErrorBody {
    if (error instanceof ProtocolError) return error.toBody();
    log.error({ peerId: session.peerId, err: error }, 'request failed');
    return new ProtocolError('INTERNAL', 'the server failed').toBody();
  }
}

function tooMuch({ retryAfterMs }: Refusal): Reply<never> {
  return { ok: false, error: { code: 'RATE_LIMITED', message: 'too many requests', retryAfterMs } };
}

function isRequestName(name: unknown): name is ClientRequestName {
  return typeof name === 'string' && Object.hasOwn(clientRequests, name);
}
