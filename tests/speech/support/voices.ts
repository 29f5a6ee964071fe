import { afterAll, vi } from 'vitest';
import { EspeakEngine } from '#server/speech/espeakEngine.ts';
import type { Log, SpokenSound } from '#server/session/ports.ts';
import { childrenOf } from '#tests/bench/figures.ts';

// Everybody's processor goes into how long a voice takes.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export const silentLog: Log = { info() {}, warn() {}, error() {} };

/** The real voice, for the tests of one file. */
export function openVoice(): {
  readonly engine: EspeakEngine;
  say(text: string, about?: { language?: string; voice?: number }): Promise<SpokenSound>;
  /** Of its process; undefined when there is none. */
  pid(): number | undefined;
} {
  const before = new Set(childrenOf(process.pid));
  const engine = new EspeakEngine();
  afterAll(() => engine.close());
  return {
    engine,
    say: (text, about) => engine.say({ text, language: 'es', voice: 0, ...about }),
    pid: () => childrenOf(process.pid).find((pid) => !before.has(pid)),
  };
}

export const durationMs = ({ packets }: SpokenSound): number => packets.length * 20;
