import * as v from 'valibot';
import { ErrorBodySchema, ProtocolError } from '#protocol';
import { atItsServer } from './atItsServer.ts';
import { pageServers, type Servers } from './servers.ts';
import { Unreachable } from './unreachable.ts';

export { Unreachable };

/** A server that is silent for so long is not waited for where there are others. */
const SILENCE_MS = 3_000;

const FailureSchema = v.object({ error: ErrorBodySchema });

interface Call<Schema extends v.GenericSchema> {
  readonly path: string;
  readonly answer: Schema;
  readonly token?: string;
  /** Sent as JSON; its presence makes the call a POST. */
  readonly body?: unknown;
  readonly method?: 'DELETE' | 'PUT';
  readonly signal?: AbortSignal;
  /** Of this page where nothing is said. */
  readonly servers?: Servers;
}

/**
 * What is about a room is asked of the server that has it.
 * @throws ProtocolError when the server refuses, Unreachable when it does not answer
 */
export function call<Schema extends v.GenericSchema>(
  options: Call<Schema>,
): Promise<v.InferOutput<Schema>> {
  const { path, servers = pageServers } = options;
  const roomId = /^\/rooms\/([^/]+)/.exec(path)?.[1];
  if (roomId === undefined) return ask(options, servers.originOf(''), false);
  return atItsServer(servers, decodeURIComponent(roomId), (origin, wasSent) =>
    ask(options, origin, wasSent),
  );
}

async function ask<Schema extends v.GenericSchema>(
  { path, answer, token, body, method, signal: given, servers = pageServers }: Call<Schema>,
  origin: string,
  wasSent: boolean,
): Promise<v.InferOutput<Schema>> {
  const patience = wasSent || servers.hasOthers ? AbortSignal.timeout(SILENCE_MS) : undefined;
  const signals = [given, patience].filter((it) => it !== undefined);
  const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
  const request: RequestInit = {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      accept: 'application/json',
      ...(wasSent ? { 'cora-sent': '1' } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    cache: 'no-store',
    credentials: 'omit',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
  let status: number | null = null;
  let data: unknown;
  try {
    const response = await fetch(`${origin}/api${path}`, request);
    status = response.status;
    data = status === 204 ? undefined : await response.json();
  } catch (error) {
    if (given?.aborted) throw error;
    const what = status === null ? 'did not answer' : `answered HTTP ${status} without JSON`;
    throw new Unreachable(`${path} ${what}`, status, { cause: error });
  }
  const failure = v.safeParse(FailureSchema, data);
  if (failure.success) throw ProtocolError.from(failure.output.error);
  const result = v.safeParse(answer, data);
  if (!result.success) {
    throw new Unreachable(`${path} answered HTTP ${status} with something else`, status);
  }
  return result.output;
}

/** A room's part of an address. */
export const room = (roomId: string) => `/rooms/${encodeURIComponent(roomId)}`;
