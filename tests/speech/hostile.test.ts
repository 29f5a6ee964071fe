import { describe, expect, it } from 'vitest';
import { random } from '../domain/support/talker.ts';
import { decode, extent } from './support/hearing.ts';
import { durationMs, openVoice } from './support/voices.ts';

/** Everything that people can send is at most so long. */
const MAX_UNITS = 1_120;
const GRAPHEMES = 280;

const STRANGE: readonly (readonly [what: string, text: string])[] = [
  ['280 different emoji', Array.from({ length: GRAPHEMES }, (_, at) => emoji(at)).join('')],
  ['280 families', '👩‍👩‍👧'.repeat(140) + '👨‍👦'.repeat(40)],
  ['flags', '🇲🇽🇪🇸🇦🇷🏴󠁧󠁢󠁥󠁮󠁧󠁿'.repeat(20)],
  ['Hebrew and Arabic', 'שלום לכולם مرحبا بالجميع hola'],
  ['Chinese', '你好世界，今天天气很好。'.repeat(3)],
  ['Japanese and Korean', 'こんにちは世界 안녕하세요'],
  ['bidirectional controls', '\u202e\u2066Hola\u2069 \u202ca todos\u200f\u061c'],
  ['zero-width characters', 'h\u200bo\ufeffl\u2060a'.repeat(50)],
  ['combining marks', `Hola${'\u0301\u0323\u0489'.repeat(300)} amigo`],
  ['a word without end', 'x'.repeat(MAX_UNITS)],
  ['a syllable without end', 'ja'.repeat(MAX_UNITS / 2)],
  ['digits without end', '9'.repeat(GRAPHEMES)],
  ['a number with all signs', '-1.234.567,89e+99 %‰ $€ 3/4 ½ ²'],
  ['controls', Array.from({ length: 32 }, (_, at) => `a${String.fromCharCode(at)}`).join('')],
  [
    'C1 controls',
    Array.from({ length: 32 }, (_, at) => `a${String.fromCharCode(128 + at)}`).join(''),
  ],
  ['halves of surrogate pairs', 'hola \ud83d mundo \udc4d\ud83d'],
  ['private use and noncharacters', '\ue000\uf8ff\uffff\u{fffff}\u{10ffff} hola'],
  ['markup', '<speak><voice name="x"><audio src="/etc/passwd"/><mark name="a"/></voice></speak>'],
  ['entities', '&lt;&#x1;&#0;&amp;&nbsp;&bogus;&#999999999999;'],
  ['a format string', '%s%n%d%p%x '.repeat(40)],
  ['phonemes', '[[_:_:@@@@]] [[' + 'a'.repeat(300)],
  ['punctuation', '¿¡?!.,;:—…«»"\'()[]{}|\\/*#@~^_`'.repeat(8)],
  ['blanks', `a${' \t\n\r\v\f\u00a0\u2028\u2029\u3000'.repeat(28)}b`],
  ['capitals', 'HOLA ONU UNESCO XML ABCDEFGHIJ '.repeat(9)],
];

describe('whatever people write', () => {
  const { say, pid } = openVoice();

  it('[SY20] markup, phonemes and commands to the voice are text', async () => {
    const ms = async (text: string) => durationMs(await say(text));
    const plain = await ms('hola amigo');
    expect(await ms('<break time="20s"/>')).toBeLessThan(5_000);
    // As phonemes and as a tag they would be shorter than without.
    expect(await ms('[[h@l@]] amigo')).toBeGreaterThan(plain + 200);
    expect(await ms('<x>hola</x> amigo')).toBeGreaterThan(plain + 500);
    expect(
      Math.abs((await ms('\u000110S\u000199P hola amigo')) - (await ms('10S99P hola amigo'))),
    ).toBe(0);
  });

  it.each(STRANGE)('[SY21] is said or refused, and the voice lives: %s', async (_what, text) => {
    await say('Hola');
    const before = pid();
    await say(text.slice(0, MAX_UNITS)).then(
      async (sound) => {
        expect(durationMs(sound)).toBeLessThanOrEqual(60_000);
        expect((await decode(sound)).every(Number.isFinite)).toBe(true);
        const places = sound.words.map(({ index }) => index);
        expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
        expect(places.length).toBeLessThanOrEqual(300);
        for (const { atMs } of sound.words) expect(atMs).toBeLessThanOrEqual(durationMs(sound));
      },
      (error: Error) => expect(error.message).toMatch(/too long to say|nothing to say/),
    );
    expect(durationMs(await say('Hola'))).toBeGreaterThan(200);
    expect(pid()).toBe(before);
  });

  it('[SY22] is said or refused, and the voice lives: made up by chance', async () => {
    await say('Hola');
    const before = pid();
    const chance = random(4);
    const languages = ['es', 'en', 'ar', 'zh', 'hi', 'ja'];
    for (let round = 0; round < 12; round += 1) {
      const length = 1 + Math.floor(chance() * 30);
      const text = Array.from({ length }, () => characterBy(chance)).join('');
      const language = languages[round % languages.length] as string;
      await say(text, { language, voice: round }).catch((error: Error) =>
        expect(error.message).toMatch(/too long to say|nothing to say/),
      );
    }
    expect(pid()).toBe(before);
  });

  it('[SY23] a picture that is repeated is said once', async () => {
    const once = durationMs(await say('Bravo 😂'));
    expect(
      Math.abs(durationMs(await say(`Bravo ${'😂'.repeat(GRAPHEMES - 6)}`)) - once),
    ).toBeLessThan(100);
    const pair = durationMs(await say('Bravo 👍😂'));
    expect(durationMs(await say('Bravo 👍😂👍😂'))).toBeGreaterThan(pair + 400);
  });

  it('[SY24] what would take more than a minute is not begun', async () => {
    await expect(say('你好'.repeat(GRAPHEMES / 2))).rejects.toThrow('too long to say');
    const long = await say('Había una vez un barco chiquitito. '.repeat(8));
    expect(durationMs(long)).toBeGreaterThan(12_000);
    const { untilMs } = extent(await decode(long));
    expect(untilMs).toBeGreaterThan(durationMs(long) - 200);
  });

  it.each(['', ' ', '...', '\u200b\u202e', '\u0001', '\ufe0f'])(
    '[SY25] where there is nothing to say it says so: %j',
    async (text) => {
      await expect(say(text)).rejects.toThrow('nothing to say');
    },
  );
});

function emoji(at: number): string {
  return String.fromCodePoint(0x1f300 + at);
}

/** Of any script, with controls, marks, pictures and halves of pairs. */
function characterBy(chance: () => number): string {
  const code = [
    () => chance() * 0x80,
    () => chance() * 0x3000,
    () => chance() * 0x10000,
    () => 0x1f300 + chance() * 0x500,
    () => 0x4e00 + chance() * 0x5000,
  ][Math.floor(chance() * 5)] as () => number;
  return String.fromCodePoint(Math.floor(code()));
}
