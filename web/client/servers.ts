/** Where a room's server is, as of now. */
export interface Whereabouts {
  /** Empty for the page's own. */
  readonly origin: string;
  /** Whether another server could have it. */
  readonly hasOthers: boolean;
}

/** Which server has which room, as servers have said. */
export class Servers {
  /** Where the page comes from: empty in browsers, which know. */
  readonly #home: string;
  readonly #byRoom = new Map<string, string>();
  #all: readonly string[] = [];

  constructor(home = '') {
    this.#home = home;
  }

  originOf(roomId: string): string {
    return this.#byRoom.get(roomId) ?? this.#home;
  }

  get hasOthers(): boolean {
    return this.#all.length > 1;
  }

  /** As it changes. */
  whereaboutsOf(roomId: string): Whereabouts {
    const originOf = () => this.originOf(roomId);
    const hasOthers = () => this.hasOthers;
    return {
      get origin() {
        return originOf();
      },
      get hasOthers() {
        return hasOthers();
      },
    };
  }

  /** A server told of all of them. */
  learn(origins: readonly string[]): void {
    if (origins.length > 0) this.#all = origins;
  }

  found(roomId: string, origin: string): void {
    this.#byRoom.set(roomId, origin);
  }

  /** To be asked one after the other, until one says where the room is. */
  toAsk(roomId: string): string[] {
    return [...new Set([this.originOf(roomId), this.#home, ...this.#all])];
  }
}

/** Those of this page. */
export const pageServers = new Servers();
