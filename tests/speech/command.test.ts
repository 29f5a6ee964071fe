import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCommand } from '#server/speech/command.ts';
import { CommandEngine } from '#server/speech/commandEngine.ts';
import { openSpeech } from '#server/speech/openSpeech.ts';
import { childrenOf } from '#tests/bench/figures.ts';
import { isAlive } from '#tests/support/processes.ts';
import { decode, extent, powerAt } from './support/hearing.ts';
import { durationMs, silentLog } from './support/voices.ts';

const TALKER = fileURLToPath(new URL('./support/talker.mjs', import.meta.url));
/** What the talker's tone lasts. */
const SPOKEN_MS = 1_500;
const LONG_MS = 20_000;

function openCommand(what: string, ...rest: string[]): CommandEngine {
  return openArgv([process.execPath, TALKER, what, ...rest]);
}

function openArgv(argv: readonly string[], languages = ['es', 'en']): CommandEngine {
  const engine = new CommandEngine({ argv, languages });
  onTestFinished(() => engine.close());
  return engine;
}

const hello = { text: 'Hola', language: 'es', voice: 0 } as const;

async function scratchFile(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cora-speech-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return path.join(folder, 'note');
}

describe('a command that speaks', () => {
  it.each([
    { rate: 8_000, channels: 1 },
    { rate: 16_000, channels: 1 },
    { rate: 22_050, channels: 1 },
    { rate: 24_000, channels: 2 },
    { rate: 44_100, channels: 2 },
    { rate: 48_000, channels: 1 },
    // As those write who do not know yet how much will come.
    { rate: 22_050, channels: 1, size: 0xffff_ffff },
    { rate: 22_050, channels: 1, size: 0x7fff_f000 },
  ])('[SY50] is heard, at its pitch and without its silence: %o', async (sound) => {
    const said = await openCommand('speak', JSON.stringify(sound)).say(hello);
    expect(said.words).toEqual([]);
    expect(Math.abs(durationMs(said) - SPOKEN_MS)).toBeLessThan(100);
    const samples = await decode(said);
    const { fromMs, untilMs } = extent(samples);
    expect(Math.abs(untilMs - fromMs - SPOKEN_MS)).toBeLessThan(60);
    const middle = samples.subarray(24_000, 48_000);
    expect(powerAt(middle, 700)).toBeGreaterThan(1_000 * powerAt(middle, 1_000));
  });

  it('[SY51] is given the text in one line, the language and the voice', async () => {
    const note = await scratchFile();
    const argv = ['{language}-{voice}', 'v{voice}', '{LANGUAGE}', '$(id)', '; rm x', '*', ''];
    const engine = openArgv([process.execPath, TALKER, 'note', note, ...argv], ['es-MX', 'en']);
    for (const secret of ['TOKEN_SECRET', 'TURN_SECRET']) {
      process.env[secret] = 'canary4711';
      onTestFinished(() => void delete process.env[secret]);
    }
    await engine.say({ text: 'Hola\na \u202etodos\u0007 😂😂', language: 'es-AR', voice: 7 });
    expect(JSON.parse(readFileSync(note, 'utf8'))).toEqual({
      told: ['es-MX-7', 'v7', '{LANGUAGE}', '$(id)', '; rm x', '*', ''],
      CORA_LANGUAGE: 'es-MX',
      CORA_VOICE: '7',
      PATH: process.env['PATH'],
      input: 'Hola a todos  😂\n',
    });
  });

  it('[SY52] speaks the languages that it is said to speak', async () => {
    const engine = openArgv(['true'], ['es-MX', 'es-ES', 'en-GB']);
    expect(engine.languages).toEqual(['es', 'en']);
    expect(['es', 'es-AR', 'en-US', 'EN'].filter((tag) => !engine.speaks(tag))).toEqual([]);
    expect(['fr', '', '{voice}'].filter((tag) => engine.speaks(tag))).toEqual([]);
    await expect(engine.say({ ...hello, language: 'fr' })).rejects.toThrow('does not speak fr');
  });

  it.each([
    ['ended with 3', 'fail'],
    ['no WAV file', 'mumble'],
    ['nothing to say', 'keepSilent'],
    ['too long to say', 'speak', '{"rate":8000,"seconds":60.5}'],
  ])('[SY53] is told from one that does not: %s', async (reason, what, ...rest) => {
    const engine = openCommand(what, ...rest);
    await expect(engine.say(hello)).rejects.toThrow(reason);
    await expect(engine.say(hello)).rejects.toThrow(reason);
  });

  it('[SY54] is told from one that is not there', async () => {
    const engine = openArgv(['/nowhere/to/be-found', '-x']);
    await expect(engine.say(hello)).rejects.toThrow(/be-found cannot be run: .*ENOENT/);
    await expect(engine.say({ ...hello, text: '\u200b ' })).rejects.toThrow('nothing to say');
  });

  it('[SY55] is killed when it says more than a minute could be', async () => {
    const before = childrenOf(process.pid);
    const engine = openCommand('talkOn');
    await expect(engine.say(hello)).rejects.toThrow(/wrote more than \d+ bytes/);
    await engine.close();
    expect(childrenOf(process.pid)).toEqual(before);
  });

  it('[SY56] is killed with all that it began when it takes too long', async () => {
    const note = await scratchFile();
    const run = runCommand({
      argv: hangers(note),
      environment: {},
      input: 'Hola\n',
      limits: { bytes: 1_000, ms: 2_000 },
      signal: new AbortController().signal,
    });
    await expect(run).rejects.toThrow('took more than 2000 ms');
    await allEnded(note);
  });

  it('[SY57] is killed with all that it began when the server stops', async () => {
    const note = await scratchFile();
    const engine = openArgv(hangers(note));
    const outcomes = Promise.allSettled([1, 2, 3].map(() => engine.say(hello)));
    // Two at once; the third waits.
    await expect.poll(() => pidsIn(note).length, { timeout: LONG_MS }).toBe(4);
    await Promise.all([engine.close(), engine.close()]);
    for (const { status } of await outcomes) expect(status).toBe('rejected');
    await allEnded(note);
    await expect(engine.say(hello)).rejects.toThrow('closed');
  });

  it('[SY58] is what the settings may name', async () => {
    const argv = [process.execPath, TALKER, 'speak'];
    const engine = openSpeech({ kind: 'command', argv, languages: ['es'] }, silentLog);
    onTestFinished(() => engine?.close());
    expect(durationMs((await engine?.say(hello))!)).toBeGreaterThan(1_000);
  });
});

/** One that waits for another, both for long; their numbers are added to a file. */
function hangers(note: string): string[] {
  return ['sh', '-c', `sleep 300 & echo $$ $! >> '${note}'; wait`];
}

function pidsIn(note: string): number[] {
  return existsSync(note) ? readFileSync(note, 'utf8').match(/\d+/g)!.map(Number) : [];
}

async function allEnded(note: string): Promise<void> {
  const pids = pidsIn(note);
  expect(pids.length).toBeGreaterThanOrEqual(2);
  for (const pid of pids) {
    await expect.poll(() => isAlive(pid), { timeout: LONG_MS }).toBe(false);
  }
}
