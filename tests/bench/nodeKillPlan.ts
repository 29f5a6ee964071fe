import type { Role, RoomCreated } from '#protocol';

// What the processes of the benchmark of a killed server agree on.

export interface NodeCrowd {
  readonly url: string;
  readonly rooms: readonly RoomCreated[];
  readonly peersPerRoom: number;
}

/** What a process with people says: that they are in, that they watch, and how they came back. */
export interface NodeNews {
  readonly back?: readonly NodeReturn[];
}

export interface NodeReturn {
  /** In the room, with what media takes: milliseconds since 1970; null for never. */
  readonly atMs: number | null;
  readonly before: Role | null;
  readonly after: Role | null;
  readonly hasPhrases: boolean;
}
