import * as v from 'valibot';
import { ErrorBodySchema, ProtocolError } from '#protocol';

/** The server did not answer, or what answered is not Cora. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  /** Of HTTP, such as a proxy's 502. Null where nothing answered. */
  readonly status: number | null;

  constructor(message: string, status: number | null, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

const FailureSchema = v.object({ error: ErrorBodySchema });

interface Call<Schema extends v.GenericSchema> {
  readonly path: string;
  readonly answer: Schema;
  readonly token?: string;
  /** Sent as JSON; its presence makes the call a POST. */
  readonly body?: unknown;
  readonly method?: 'DELETE' | 'PUT';
  readonly signal?: AbortSignal;
}

/** @throws ProtocolError when the server refuses, Unreachable when it does not answer */
export async function call<Schema extends v.GenericSchema>({
  path,
  answer,
  token,
  body,
  method,
  signal,
}: Call<Schema>): Promise<v.InferOutput<Schema>> {
  const request: RequestInit = {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      accept: 'application/json',
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
    const response = await fetch(`/api${path}`, request);
    status = response.status;
    data = status === 204 ? undefined : await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    const what = status === null ? 'did not answer' : `answered HTTP ${status} without JSON`;
    throw new Unreachable(`${path} ${what}`, status, { cause: error });
  }
  const failure = v.safeParse(FailureSchema, data);
  if (failure.success) {
    const { code, message, retryAfterMs } = failure.output.error;
    throw new ProtocolError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
  const result = v.safeParse(answer, data);
  if (!result.success) {
    throw new Unreachable(`${path} answered HTTP ${status} with something else`, status);
  }
  return result.output;
}

/** A room's part of an address. */
export const room = (roomId: string) => `/rooms/${encodeURIComponent(roomId)}`;
