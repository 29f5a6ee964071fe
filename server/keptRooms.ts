import { randomBytes } from 'node:crypto';
import type { RoomId } from '#protocol';
import { MemoryDirectory } from './cluster/memoryDirectory.ts';
import type { RedisDirectory } from './cluster/redisDirectory.ts';
import type { Config } from './config.ts';
import { makeLogId } from './ids.ts';
import type { Clock, KeptRooms, Log, RoomDirectory, RoomTransfer } from './session/ports.ts';
import { openRoomDatabase } from './storage/roomDatabase.ts';
import { SqliteTransfer } from './storage/roomTransfer.ts';
import { SqliteBans } from './storage/sqliteBans.ts';
import { SqliteBook } from './storage/sqliteBook.ts';
import { SqliteRooms } from './storage/sqliteRooms.ts';

export interface OpenKeptRooms extends KeptRooms {
  readonly directory: RoomDirectory;
  /** The directory, where other servers are in it. */
  readonly cluster: RedisDirectory | null;
  /** Idempotent. */
  close(): Promise<void>;
}

interface Options {
  readonly config: Pick<Config, 'dataDirectory' | 'cluster'>;
  readonly clock: Clock;
  readonly log: Log;
  /** How many people are on this server. */
  readonly load: () => number;
  /** Another server has that room. */
  readonly lost: (roomId: RoomId) => void;
}

/** Opens what is kept of rooms in the data directory, shared with other servers where there are some. */
export async function openKeptRooms(options: Options): Promise<OpenKeptRooms> {
  const { config, clock, log } = options;
  const database = openRoomDatabase({ directory: config.dataDirectory, log });
  const store = new SqliteRooms({ database, clock, log, makeLogId });
  const bans = new SqliteBans({ database, clock, log });
  const forgotten = (roomId: RoomId) => bans.forgetRoom(roomId);
  const book = new SqliteBook({ database, clock, log, forgotten });
  const closeStore = () => {
    store.close();
    book.close();
    database.close();
  };
  if (!config.cluster) {
    const directory = new MemoryDirectory();
    return { book, bans, store, directory, cluster: null, close: async () => closeStore() };
  }
  const transfer = new SqliteTransfer({ database, clock, bans, added: () => book.recount() });
  const { redisUrl, nodeId } = config.cluster;
  const { cluster, ...kept } = await share(
    { book, bans, store },
    { ...options, redisUrl, nodeId, transfer },
  );
  const close = async () => {
    await cluster.close();
    closeStore();
  };
  return { ...kept, directory: cluster, cluster, close };
}

/** Imported when it is asked for: who has one server has no use for the client of Redis. */
async function share(
  { book, bans, store }: KeptRooms,
  options: Options & {
    readonly redisUrl: string;
    readonly nodeId: string | undefined;
    readonly transfer: RoomTransfer;
  },
): Promise<KeptRooms & { readonly cluster: RedisDirectory }> {
  const [{ RedisDirectory }, { SharedBook }, { SharedBans }, { SharedRooms }] = await Promise.all([
    import('./cluster/redisDirectory.ts'),
    import('./cluster/sharedBook.ts'),
    import('./cluster/sharedBans.ts'),
    import('./cluster/sharedRooms.ts'),
  ]);
  const run = randomBytes(4).toString('hex');
  const cluster = new RedisDirectory({
    ...options,
    makeLogId,
    url: options.redisUrl,
    // A server that starts again has nothing of what it had before.
    nodeId: options.nodeId === undefined ? run : `${options.nodeId}-${run}`,
  });
  return {
    book: new SharedBook(book, cluster),
    bans: new SharedBans(bans, cluster),
    store: new SharedRooms(store, cluster),
    cluster,
  };
}
