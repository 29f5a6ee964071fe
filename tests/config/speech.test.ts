import { describe, expect, it } from 'vitest';
import { readConfig } from '#server/config.ts';
import { problemsOf } from '#tests/support/configProblems.ts';

const speechOf = (environment: Record<string, string>) => readConfig(environment).speech;
const argvOf = (command: string) => {
  const speech = speechOf({ SPEECH: 'command', SPEECH_COMMAND: command });
  return speech.kind === 'command' ? speech.argv : null;
};

describe('settings for the voice', () => {
  it('[SY80] are the embedded voice, nobody, or a command and its languages', () => {
    expect(speechOf({})).toEqual({ kind: 'espeak' });
    expect(speechOf({ SPEECH: 'none' })).toEqual({ kind: 'none' });
    const command = { SPEECH: 'command', SPEECH_COMMAND: 'speak' };
    expect(speechOf(command)).toEqual({
      kind: 'command',
      argv: ['speak'],
      languages: ['es', 'en'],
    });
    expect(speechOf({ ...command, SPEECH_LANGUAGES: ' es-MX, en ,' })).toMatchObject({
      languages: ['es-MX', 'en'],
    });
  });

  it.each([
    ['piper --model es.onnx', ['piper', '--model', 'es.onnx']],
    ['  a\t b  ', ['a', 'b']],
    [`'/opt/my voices/x' "--say=it's" -m"a b"c`, ['/opt/my voices/x', "--say=it's", '-ma bc']],
    [`a '' ""`, ['a', '', '']],
    ['a $HOME `b` ; c | d \\e', ['a', '$HOME', '`b`', ';', 'c', '|', 'd', '\\e']],
  ])('[SY81] take a command apart at its blanks, but for quotes: %s', (line, argv) => {
    expect(argvOf(line)).toEqual(argv);
  });

  it.each([
    ['SPEECH', { SPEECH: 'loud' }, 'write espeak, command or none'],
    ['SPEECH', { SPEECH: '' }, 'write espeak, command or none'],
    ['SPEECH_COMMAND', { SPEECH: 'command' }, 'needs one, such as piper'],
    ['SPEECH_COMMAND', { SPEECH: 'command', SPEECH_COMMAND: ' ' }, 'such as piper'],
    ['SPEECH_COMMAND', { SPEECH: 'command', SPEECH_COMMAND: 'say "it' }, 'close it'],
    ['SPEECH_COMMAND', { SPEECH: 'command', SPEECH_COMMAND: `"" x` }, 'a program: piper'],
    ['SPEECH_COMMAND', { SPEECH_COMMAND: 'piper' }, 'SPEECH=command'],
    ['SPEECH_LANGUAGES', { SPEECH: 'none', SPEECH_LANGUAGES: 'es' }, 'SPEECH=command'],
    [
      'SPEECH_LANGUAGES',
      { SPEECH: 'command', SPEECH_COMMAND: 'x', SPEECH_LANGUAGES: ',' },
      'such as es,en',
    ],
    [
      'SPEECH_LANGUAGES',
      { SPEECH: 'command', SPEECH_COMMAND: 'x', SPEECH_LANGUAGES: 'es,es_MX!' },
      'RFC 5646',
    ],
  ])('[SY82] are refused with their name and what to write: %s of %o', (name, environment, fix) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: .*\\.$`));
    expect(problems[0]).toContain(fix);
  });
});
