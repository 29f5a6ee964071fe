import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { workerBinary } from '../scripts/worker/path.mjs';
import { JwtTokens } from './auth/token.ts';
import { TurnCredentials } from './auth/turnCredentials.ts';
import { ConfigError, EXIT_CONFIG, readConfig, type Config } from './config.ts';
import { toStartError } from './config/startErrors.ts';
import { configWarnings } from './config/warnings.ts';
import { addressRates } from './domain/addressRates.ts';
import { createHttpApp } from './http/app.ts';
import { watchConnections } from './http/connections.ts';
import { SECURITY_HEADERS } from './http/headers.ts';
import {
  makeConnectionTestId,
  makeInvitationId,
  makePeerId,
  makeRecordingId,
  makeResumeToken,
  makeRoomId,
  makeShareId,
  peerIdOf,
  relayNameOf,
} from './ids.ts';
import { openKeptRooms } from './keptRooms.ts';
import { Lifecycle } from './lifecycle.ts';
import { createLog } from './logger.ts';
import { SfuProbes } from './media/connectionProbe.ts';
import { SfuEngine } from './media/mediaEngine.ts';
import { openOverflow } from './media/overflow.ts';
import { WORKER_BOUNDS } from './media/workerLoad.ts';
import { WorkerPool } from './media/workerPool.ts';
import { openObjectStore } from './objectStore.ts';
import { FolderShares } from './recording/folderShares.ts';
import { RecordingStore } from './recording/recordingStore.ts';
import { Retention } from './recording/retention.ts';
import { whileAwake } from './session/awakeHandlers.ts';
import { ConnectionTests } from './session/connectionTests.ts';
import { createHandlers } from './session/handlers.ts';
import { NewsDesk } from './session/newsDesk.ts';
import { PeerSession } from './session/peerSession.ts';
import type { Clock, Log } from './session/ports.ts';
import { RoomRegistry } from './session/roomRegistry.ts';
import { addressOf } from './signaling/clientAddress.ts';
import { serveSockets } from './signaling/socketServer.ts';
import { openSpeech } from './speech/openSpeech.ts';
import { FolderPhrasebooks } from './storage/folderPhrasebooks.ts';
import { tokenSecrets } from './tokenSecrets.ts';

/** What a stop leaves browsers to close their connections themselves. */
const GOODBYE_MS = 500;
const CLIENT_DIRECTORY = fileURLToPath(new URL('../web/dist', import.meta.url));

const clock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

interface Running {
  readonly url: string;
  /** Ends it; finalising recordings goes on for that long, and the next start does the rest. */
  stop(withinMs: number): Promise<void>;
}

/** Puts the house together and opens its door. */
async function start(config: Config, log: Log, isReady: () => boolean): Promise<Running> {
  const { dataDirectory } = config;
  const tokens = new JwtTokens(tokenSecrets(config));
  const kept = await openKeptRooms({
    ...{ config, clock, log },
    load: () => registry.peerCount,
    lost: (roomId) => void registry.endRoom(roomId),
  });
  const { book, bans, store, directory, cluster } = kept;
  const news = new NewsDesk(log);
  news.subscribe(({ event, ...about }) => log.info({ event, ...about }, 'recording news'));
  const recordings = await RecordingStore.open({
    directory: config.recordingsDirectory,
    clock,
    log,
    objects: config.objectStorage ? await openObjectStore(config.objectStorage, log) : null,
    news: news.publish,
  });
  const retention = new Retention({
    clock,
    log,
    days: config.retentionDays,
    sweep: (endedBefore) => recordings.sweep(endedBefore),
  });
  const pool = await WorkerPool.create({
    workerBinary: workerBinary(),
    count: config.workers,
    listenIp: config.listenIp,
    announcedAddress: config.announcedAddress,
    rtcPort: config.rtcPort,
    log,
  });
  const speech = openSpeech(config.speech, log);
  const bounds = { ...WORKER_BOUNDS, consumers: config.workerConsumers };
  const overflow =
    cluster && config.cluster
      ? openOverflow({ line: cluster.line, pool, pipePlace: config.cluster.pipe, bounds, log })
      : null;
  const engine = new SfuEngine(pool, {
    ...{ bounds, slots: config.stageSlots, hasVoice: speech !== null },
    borrow: overflow?.borrow ?? null,
  });
  const registry = new RoomRegistry({
    engine,
    recorder: recordings.recorder,
    speech,
    bans,
    book,
    store,
    clock,
    log,
    makeRecordingId,
    makeResumeToken,
    maxPeersPerRoom: config.maxPeersPerRoom,
    maxRecordingMs: config.maxRecordingMinutes * 60_000,
  });
  const iceServers = new TurnCredentials({ ...config.iceServers, clock });
  const connectionTests = new ConnectionTests({
    engine: new SfuProbes(pool),
    iceServers,
    clock,
    makeTestId: makeConnectionTestId,
    relayNameOf,
  });
  const rates = addressRates(config.addressJoinsPerSecond);
  const app = await createHttpApp({
    tokens,
    book,
    bans,
    directory,
    rooms: registry,
    connectionTests,
    addressOf: (request) => addressOf(request, config.isTrustedProxy),
    rates,
    library: recordings,
    control: registry,
    shares: new FolderShares({ directory: config.recordingsDirectory, clock, makeShareId }),
    phrasebooks: new FolderPhrasebooks({
      directory: path.join(dataDirectory, 'phrasebooks'),
      clock,
      log,
    }),
    routerRtpCapabilities: engine.rtpCapabilities,
    makeRoomId,
    makeInvitationId,
    makePeerId,
    peerIdOf,
    isReady,
    clientDirectory: CLIENT_DIRECTORY,
    clock,
    log,
  });
  const endConnections = watchConnections(app.server);
  const origins = new Set(config.allowedOrigins);
  const sockets = serveSockets({
    httpServer: app.server,
    headers: SECURITY_HEADERS,
    handlers: whileAwake(createHandlers(registry, iceServers), directory),
    openSession: (identity, channel) => new PeerSession({ identity, channel, clock }),
    resumeSession: (identity, resume, channel) => registry.resume(identity, resume, channel),
    verifyAccess: async (token) => {
      const identity = await tokens.verifyAccess(token);
      await directory.requireHere(identity.roomId);
      return identity;
    },
    signAccess: (identity) => tokens.signAccess(identity),
    isAllowedOrigin: (origin) =>
      origin !== undefined && (origins.has(origin) || directory.pages.includes(origin)),
    isTrustedProxy: config.isTrustedProxy,
    rates,
    isReady,
    bans,
    clock,
    log,
  });

  const stop = async (withinMs: number) => {
    const untilMs = clock.monotonicMs() + withinMs;
    retention.stop();
    connectionTests.closeAll();
    await cluster?.drain();
    await registry.close();
    overflow?.close();
    // Others take its rooms from here on, while what was recorded is made ready.
    await cluster?.release();
    // Meanwhile files are given out, and whoever asks is told that this one is alive and not ready.
    await recordings.close(untilMs - clock.monotonicMs());
    const impatience = setTimeout(endConnections, GOODBYE_MS);
    await sockets.close();
    await app.close();
    clearTimeout(impatience);
    await speech?.close();
    await pool.close();
    await kept.close();
  };
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await stop(0);
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  const local = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${port}`);
  const url = config.publicUrl ?? `http://localhost:${port}`;
  for (const origin of config.publicUrl ? [config.publicUrl] : local) origins.add(origin);
  await cluster?.open({ url: config.cluster?.nodeUrl ?? url, pages: [...origins] });
  void recordings.recover().then(() => retention.start());
  return { url, stop };
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog({ level: config.logLevel, pretty: process.stderr.isTTY });
  for (const { text } of configWarnings(config)) log.warn({}, text);
  const lifecycle = new Lifecycle({ log, stopTimeoutMs: config.stopTimeoutMs });
  const starting = start(config, log, () => lifecycle.isReady).catch((error: unknown) => {
    throw toStartError(error, config);
  });
  lifecycle.stopOnSignals(async (withinMs) => (await starting).stop(withinMs));
  const { url } = await starting;
  if (lifecycle.started()) process.stdout.write(`Cora is ready: ${url}\n`);
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  return `Cora could not start: ${error instanceof Error ? error.message : String(error)}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
});
