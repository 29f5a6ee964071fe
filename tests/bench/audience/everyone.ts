import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import type { Listening } from '#protocol';
import { offerOf } from '../../../scripts/loadtest/sdp.ts';
import { cpuSeconds } from '../figures.ts';
import { Helper } from '../helper.ts';
import { AudienceRun } from './audienceRun.ts';
import type { EveryoneAsked } from './everyoneServer.ts';
import { ListenerCrowd } from './listenerCrowd.ts';
import { keepFigures, percentOfCore } from './output.ts';
import { stampedFrame } from './stampedFrame.ts';

const SPEAKERS = 50;
const SECONDS = 8;
const SETTLE_MS = 2_000;
/** 50 packets a second of 50 speakers each: more of them fill the core. */
const LISTENERS = 8;
const SLOT_LISTENERS = 300;
const REPEATS = 2;
const FRAME_MS = 20;

/** A listener in a room of 50 who all speak: with slots, and where each consumes everyone. */
export async function measureEveryone(): Promise<string> {
  const [slots, everyone]: [number[], number[]] = [[], []];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    slots.push(await costWithSlots());
    everyone.push(await costOfEveryone());
  }
  keepFigures('everyone', { percentOfCoreEach: { slots, everyone } });
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const percent = (values: readonly number[]) =>
    values.map((value) => value.toFixed(3)).join(' and ');
  return (
    `a listener costs ${percent(slots)} % of a core with slots, ${percent(everyone)} % consuming everyone: ` +
    `${(mean(slots) / mean(everyone)).toFixed(3)} x`
  );
}

/** In percent of a core, Node's and the worker's, above what the room costs without listeners. */
async function costWithSlots(): Promise<number> {
  const run = await AudienceRun.start({ sound: 'automatic' });
  try {
    await run.speakers(SPEAKERS);
    const before = percentOfCore(await run.measure(SECONDS));
    await run.listeners(SLOT_LISTENERS, 60);
    const after = percentOfCore(await run.measure(SECONDS));
    return (after.node + after.worker - before.node - before.worker) / SLOT_LISTENERS;
  } finally {
    await run.end();
  }
}

async function costOfEveryone(): Promise<number> {
  const server = new Helper('./audience/everyoneServer.ts', []);
  const crowd = await ListenerCrowd.start();
  let talk: NodeJS.Timeout | undefined;
  try {
    const ask = <Answer>(asked: EveryoneAsked) => server.ask<Answer>(asked);
    talk = talkTo(await ask<number[]>({ open: SPEAKERS }));
    const worker = await ask<number>({ worker: true });
    const before = await percentOf([server.pid, worker]);
    for (let index = 0; index < LISTENERS; index += 1) {
      await crowd.subscribe(offerOf(await ask<Listening>({ seat: crowd.dtlsParameters })));
    }
    await delay(SETTLE_MS);
    return ((await percentOf([server.pid, worker])) - before) / LISTENERS;
  } finally {
    clearInterval(talk);
    server.end();
    crowd.end();
  }
}

async function percentOf(pids: readonly number[]): Promise<number> {
  const used = () => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const [before, sinceMs] = [used(), performance.now()];
  await delay(1_000 * SECONDS);
  return (100_000 * (used() - before)) / (performance.now() - sinceMs);
}

/** Plain RTP, each speaker at a phase of their own. */
function talkTo(ports: readonly number[]): NodeJS.Timeout {
  const socket = createSocket('udp4').unref();
  const sinceMs = performance.now();
  let sent = 0;
  return setInterval(() => {
    const due = ((performance.now() - sinceMs) / FRAME_MS) * ports.length;
    for (; sent < due; sent += 1) {
      const speaker = sent % ports.length;
      const frame = Math.floor(sent / ports.length);
      const packet = Buffer.concat([Buffer.alloc(12), stampedFrame()]);
      packet.writeUInt16BE(0x80_6f, 0);
      packet.writeUInt16BE(frame & 0xffff, 2);
      packet.writeUInt32BE((960 * frame) >>> 0, 4);
      packet.writeUInt32BE(speaker + 1, 8);
      socket.send(packet, ports[speaker] as number, '127.0.0.1');
    }
  }, 1);
}
