import { randomUUID } from 'node:crypto';

interface Message {
  readonly janus: string;
  readonly transaction?: string;
  readonly data?: { readonly id: number };
  readonly error?: { readonly reason: string };
  readonly plugindata?: { readonly data: Readonly<Record<string, unknown>> };
  readonly jsep?: { readonly type: string; readonly sdp: string };
}

const PATIENCE_MS = 20_000;

/** A session with Janus over its WebSocket: one request at a time each handle. */
export class JanusClient {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (message: Message) => void>();
  #session: number | undefined;

  static async open(url: string): Promise<JanusClient> {
    const client = new JanusClient(new WebSocket(url, 'janus-protocol'));
    await new Promise<void>((resolve, reject) => {
      client.#socket.addEventListener('open', () => resolve());
      client.#socket.addEventListener('error', () => reject(new Error('Janus does not answer')));
    });
    client.#session = (await client.#ask({ janus: 'create' }, 'success')).data?.id;
    return client;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as Message;
      this.#waiting.get(message.transaction ?? '')?.(message);
    });
  }

  /** @returns a handle of the VideoRoom plugin */
  async attach(): Promise<number> {
    const plugin = 'janus.plugin.videoroom';
    return (await this.#ask({ janus: 'attach', plugin }, 'success')).data?.id ?? 0;
  }

  /** A request that is answered at once, as `create` is. */
  manage(handle: number, body: object): Promise<Message> {
    return this.#ask({ janus: 'message', handle_id: handle, body }, 'success');
  }

  /** A request that is answered by an event, perhaps with a description. */
  async request(
    handle: number,
    body: object,
    jsep?: { type: string; sdp: string },
  ): Promise<string> {
    const message = { janus: 'message', handle_id: handle, body, ...(jsep ? { jsep } : {}) };
    return (await this.#ask(message, 'event')).jsep?.sdp ?? '';
  }

  #ask(message: object, wanted: string): Promise<Message> {
    const transaction = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const timeout = setTimeout(() => reject(new Error(`Janus: no ${wanted}`)), PATIENCE_MS);
    this.#waiting.set(transaction, (answer) => {
      const failure = answer.error?.reason ?? answer.plugindata?.data['error'];
      if (failure === undefined && answer.janus !== wanted) return;
      clearTimeout(timeout);
      this.#waiting.delete(transaction);
      if (failure === undefined) resolve(answer);
      else reject(new Error(`Janus: ${String(failure)}`));
    });
    const session = this.#session === undefined ? {} : { session_id: this.#session };
    this.#socket.send(JSON.stringify({ ...message, ...session, transaction }));
    return promise;
  }
}
