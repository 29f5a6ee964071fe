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
import type { Log } from '../session/ports.ts';
import { isWithinDepth } from './depth.ts';
import type { CoraSocket } from './socketChannel.ts';

const INPUT_DEPTH = 6;

/** What the door needs to know of the session that a message comes from. */
export interface Caller {
  readonly peerId: PeerId;
  readonly gateState: GateState;
}

/**
 * The one door of all messages: shape, gate, schema, handler, in that order, and every failure
 * answered with its code. What is not a request of the protocol is answered if it can be.
 */
export function bindHandlers<Session extends Caller>(
  socket: CoraSocket,
  session: Session,
  handlers: Handlers<ClientRequests, Session>,
  log: Log,
): void {
  socket.onAny(async (name: unknown, ...args: unknown[]) => {
    const acknowledge = args.at(-1);
    if (typeof acknowledge !== 'function') return;
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

function isRequestName(name: unknown): name is ClientRequestName {
  return typeof name === 'string' && Object.hasOwn(clientRequests, name);
}
