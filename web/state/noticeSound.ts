import { preferences } from './preferences.svelte.ts';

/** Of a recording the first four, of people the others. */
export type Notice = 'started' | 'stopped' | 'paused' | 'resumed' | 'came' | 'waits' | 'hand';

/**
 * Notes in Hz, so that they are told apart without words: of a recording two, rising where it begins
 * and falling where it ends; one for who comes in, a low knock for who waits, three for a hand.
 */
const NOTES: Readonly<Record<Notice, readonly number[]>> = {
  started: [523.25, 783.99],
  stopped: [783.99, 523.25],
  paused: [659.25, 659.25],
  resumed: [659.25, 783.99],
  came: [880],
  waits: [392, 392],
  hand: [587.33, 739.99, 880],
};
const NOTE_SECONDS = 0.16;
const RING_SECONDS = 0.5;
/** Well below a voice: it marks a moment, and nobody must stop talking for it. */
const LOUDNESS = 0.09;

let context: AudioContext | null = null;

/** A short soft sound, where the person hears the others; none for those who turned them off. */
export function playNotice(notice: Notice): void {
  if (!preferences.noticeSounds) return;
  context ??= new AudioContext();
  const audio = context;
  void toChosenSpeaker(audio).then(() => {
    if (audio.state === 'suspended') void audio.resume();
    for (const [index, hz] of NOTES[notice].entries()) {
      ring(audio, hz, audio.currentTime + 0.02 + index * NOTE_SECONDS);
    }
  });
}

function ring(audio: AudioContext, hz: number, at: number): void {
  const tone = new OscillatorNode(audio, { frequency: hz, type: 'sine' });
  const gain = new GainNode(audio, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + RING_SECONDS);
  tone.connect(gain).connect(audio.destination);
  tone.start(at);
  tone.stop(at + RING_SECONDS);
}

/** Not every browser can choose; then the default has to do. */
async function toChosenSpeaker(audio: AudioContext): Promise<void> {
  const chooser = audio as AudioContext & { setSinkId?: (id: string) => Promise<void> };
  await chooser.setSinkId?.(preferences.speakerId).catch(() => undefined);
}
