import { io, type Socket } from 'socket.io-client';
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS } from './reconnection.ts';
import type { Whereabouts } from './servers.ts';

/** How long a server that does not answer is waited for where another may have the room by then. */
const SILENCE_MS = 3_000;

interface Options {
  readonly whereabouts: Whereabouts;
  /** What is shown each time that it connects. */
  readonly auth: () => object;
  /** For programs, which must send an Origin: browsers do so by themselves. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Told of each new socket, before anything comes of it. */
  readonly listen: (socket: Socket) => void;
}

/** The socket to the server that has a room: another socket where another server has it. */
export class SocketLine {
  readonly #options: Options;
  #origin: string;
  #socket: Socket;

  constructor(options: Options) {
    this.#options = options;
    this.#origin = options.whereabouts.origin;
    this.#socket = this.#dial();
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** Whether another server could have the room. */
  get hasOthers(): boolean {
    return this.#options.whereabouts.hasOthers;
  }

  /** False where it goes to another server now, which keeps no place. */
  connect(): boolean {
    const { origin } = this.#options.whereabouts;
    if (origin === this.#origin) {
      this.#socket.connect();
      return true;
    }
    this.#socket.off();
    this.#socket.disconnect();
    this.#origin = origin;
    this.#socket = this.#dial();
    return false;
  }

  #dial(): Socket {
    const { auth, headers, listen } = this.#options;
    const settings = {
      auth: (send: (handshake: object) => void) => send(auth()),
      transports: ['websocket'],
      forceNew: true,
      ...(this.hasOthers ? { timeout: SILENCE_MS } : {}),
      reconnectionDelay: RECONNECT_MIN_MS,
      reconnectionDelayMax: RECONNECT_MAX_MS,
      ...(headers === undefined ? {} : { extraHeaders: { ...headers } }),
    };
    // The page's own server where the address is empty.
    const socket = this.#origin ? io(this.#origin, settings) : io(settings);
    listen(socket);
    return socket;
  }
}
