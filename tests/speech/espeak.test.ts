import { describe, expect, it } from 'vitest';
import { VOICES } from '#server/domain/voices.ts';
import { packetSamples } from '#server/domain/opus.ts';
import { ESPEAK_LANGUAGES } from '#server/speech/espeakVoices.ts';
import {
  decibels,
  decode,
  extent,
  lufs,
  peakOf,
  pitchOf,
  powerAt,
  SAMPLE_RATE,
  timbreOf,
} from './support/hearing.ts';
import { durationMs, openVoice } from './support/voices.ts';

const GREETING = 'Buenos días a todos, ¿me oyen bien desde aquí?';

describe('the embedded voice', () => {
  const { engine, say } = openVoice();

  it('[SY1] gives Opus packets of 20 ms, mono, that decode to as much sound', async () => {
    const sound = await say(GREETING);
    expect(sound.packets.length).toBeGreaterThan(50);
    for (const packet of sound.packets) {
      expect(packetSamples(packet)).toBe(960);
      // One frame, not stereo (RFC 6716 section 3.1).
      expect((packet[0] as number) & 0b111).toBe(0);
    }
    expect((await decode(sound)).length).toBe(sound.packets.length * 960);
    const bytes = sound.packets.reduce((sum, packet) => sum + packet.length, 0);
    expect((bytes * 8) / (durationMs(sound) / 1_000)).toBeGreaterThan(20_000);
    expect((bytes * 8) / (durationMs(sound) / 1_000)).toBeLessThan(45_000);
  });

  it('[SY2] lasts as long as one speaks, with next to no silence around it', async () => {
    const sound = await say(GREETING);
    expect(durationMs(sound)).toBeGreaterThan(2_300);
    expect(durationMs(sound)).toBeLessThan(4_000);
    const { fromMs, untilMs } = extent(await decode(sound));
    expect(fromMs).toBeLessThan(60);
    expect(durationMs(sound) - untilMs).toBeLessThan(100);
    const twice = await say(`${GREETING} ${GREETING}`);
    expect(durationMs(twice) / durationMs(sound)).toBeGreaterThan(1.8);
  });

  it('[SY3] is as loud in all voices, about -20 LUFS', async () => {
    const sounds = await inAllVoices();
    const loudness = sounds.map(lufs);
    for (const one of loudness) expect(Math.abs(one + 21.5)).toBeLessThan(3);
    expect(Math.max(...loudness) - Math.min(...loudness)).toBeLessThan(4);
    for (const sound of sounds) expect(decibels(peakOf(sound))).toBeLessThan(-3);
  });

  it('[SY4] has twelve voices, told apart by pitch or timbre', async () => {
    const sounds = await inAllVoices();
    const voices = sounds.map((sound) => ({ pitch: pitchOf(sound), timbre: timbreOf(sound) }));
    const close: string[] = [];
    for (const [index, one] of voices.entries()) {
      for (const [before, other] of voices.slice(0, index).entries()) {
        const semitones = 12 * Math.abs(Math.log2(one.pitch / other.pitch));
        const spectrum = Math.hypot(...one.timbre.map((dB, band) => dB - other.timbre[band]!));
        const spectrumDb = spectrum / Math.sqrt(one.timbre.length);
        // Three semitones are one difference, 6 dB another.
        if (Math.hypot(semitones / 3, spectrumDb / 6) < 0.85) close.push(`${before} ${index}`);
      }
    }
    expect(close).toEqual([]);
    expect(Math.max(...voices.map(({ pitch }) => pitch))).toBeGreaterThan(220);
    expect(Math.min(...voices.map(({ pitch }) => pitch))).toBeLessThan(100);
  });

  it('[SY5] is the same voice whenever it is asked for', async () => {
    const [first, between, again] = [
      pitchOf(await decode(await say(GREETING, { voice: 3 }))),
      pitchOf(await decode(await say(GREETING, { voice: 4 }))),
      pitchOf(await decode(await say(GREETING, { voice: 3 }))),
    ];
    expect(again / first).toBeCloseTo(1, 1);
    expect(between / first).toBeGreaterThan(1.5);
    const beyond = await decode(await say(GREETING, { voice: 3 + VOICES }));
    expect(pitchOf(beyond) / first).toBeCloseTo(1, 1);
  });

  it('[SY6] says when each word begins', async () => {
    const sound = await say(GREETING);
    const words = ['Buenos', 'días', 'a', 'todos', 'me', 'oyen', 'bien', 'desde', 'aquí'];
    expect(sound.words.map(({ index }) => /\p{L}+/u.exec(GREETING.slice(index))?.[0])).toEqual(
      words,
    );
    const times = sound.words.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeLessThan(100);
    expect(times.at(-1)).toBeLessThan(durationMs(sound) - 150);
    expect(times.at(-1)).toBeGreaterThan(durationMs(sound) / 2);
    const { fromMs } = extent(await decode(sound));
    expect(Math.abs(fromMs - (times[0] as number))).toBeLessThan(80);
  });

  it('[SY7] says where words stand in the text as JavaScript counts it', async () => {
    const text = 'Uno 👍🏽 dos \u200b\u202e👩‍👩‍👧 tres\u0301 𝒳 cuatro';
    const { words } = await say(text);
    const places = words.map(({ index }) => index);
    expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
    for (const word of ['Uno', 'dos', 'tres', 'cuatro'])
      expect(places).toContain(text.indexOf(word));
  });

  it('[SY8] lets a pause be heard where a sentence ends', async () => {
    const text = 'Hola a todos. Empezamos ya';
    const sound = await say(text);
    const second = sound.words.find(({ index }) => index === text.indexOf('Empezamos'));
    const samples = await decode(sound);
    const before = samples.subarray(0, ((second?.atMs ?? 0) - 20) * (SAMPLE_RATE / 1_000));
    expect((second?.atMs ?? 0) - extent(before).untilMs).toBeGreaterThan(60);
  });

  it('[SY9] speaks Spanish as in Latin America unless asked for that of Spain', async () => {
    const text = 'Cinco zapatos, cien cerezas y doce pozos';
    const [bare, mexico, latin, spain] = await Promise.all(
      ['es', 'es-MX', 'es-419', 'es-ES'].map(async (language) =>
        hissOf(await decode(await say(text, { language }))),
      ),
    );
    // A voiceless "th" hisses less than an "s".
    for (const one of [bare, mexico, latin]) expect(one! / spain!).toBeGreaterThan(1.8);
  });

  it('[SY10] speaks English otherwise than Spanish, and that of Britain than that of America', async () => {
    const timbres = await Promise.all(
      ['es', 'en', 'en-US', 'en-GB'].map(async (language) => {
        const sound = await say('Later, the water and the banana were on the car', { language });
        return { ms: durationMs(sound), timbre: timbreOf(await decode(sound)) };
      }),
    );
    const [spanish, english, american, british] = timbres;
    const apart = (one = timbres[0]!, other = timbres[0]!) =>
      Math.hypot(...one.timbre.map((dB, band) => dB - other.timbre[band]!));
    // The voice breathes differently each time, so the same is never quite the same.
    const same = apart(english, american);
    expect(apart(english, spanish)).toBeGreaterThan(1.25 * same);
    expect(apart(american, british)).toBeGreaterThan(1.25 * same);
    expect(spanish!.ms - english!.ms).toBeGreaterThan(200);
  });

  it('[SY11] speaks what it says it speaks, and nothing else', async () => {
    expect(engine.languages.length).toBeGreaterThan(90);
    expect(engine.languages.length).toBeLessThanOrEqual(200);
    expect(engine.languages.slice(0, 2)).toEqual(['es', 'en']);
    const tags = ['es-419', 'es-AR', 'pt-BR', 'pt', 'zh-Hant-HK', 'sr-Latn-RS', 'no', 'EN-us'];
    expect(tags.filter((tag) => !engine.speaks(tag))).toEqual([]);
    const others = ['tlh', 'zxx', '', 'e', 'es_ES', 'x-es', '../es', 'es+f2', 'constructor'];
    expect(others.filter((tag) => engine.speaks(tag))).toEqual([]);
    await expect(say('Hola', { language: 'zxx' })).rejects.toThrow('does not speak');
    for (const language of ESPEAK_LANGUAGES.tags) {
      const sound = await say('12', { language });
      expect([language, durationMs(sound) > 150]).toEqual([language, true]);
    }
  });

  it('[SY12] leaves the event loop to others meanwhile', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    const begun = performance.now();
    const text = `${GREETING} `.repeat(12);
    const cpu = process.cpuUsage();
    const sound = await say(text);
    const { user } = process.cpuUsage(cpu);
    const tookMs = performance.now() - begun;
    clearInterval(timer);
    expect(durationMs(sound)).toBeGreaterThan(25_000);
    expect(turns).toBeGreaterThan(tookMs / 5 / 10);
    expect(user / 1_000).toBeLessThan(tookMs / 2);
  });

  async function inAllVoices(): Promise<Float32Array[]> {
    const voices = Array.from({ length: VOICES }, (_, voice) => voice);
    return Promise.all(voices.map(async (voice) => decode(await say(GREETING, { voice }))));
  }
});

/** How much of the energy is a hiss, around 5 to 8 kHz. */
function hissOf(samples: Float32Array): number {
  let hiss = 0;
  let all = 0;
  for (let at = 0; at + 1_024 <= samples.length; at += 1_024) {
    const frame = samples.subarray(at, at + 1_024);
    for (const frequency of [300, 600, 1_200, 2_400]) all += powerAt(frame, frequency);
    for (const frequency of [5_000, 6_000, 7_000, 8_000]) hiss += powerAt(frame, frequency);
  }
  return hiss / all;
}
