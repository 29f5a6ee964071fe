const SAMPLE_RATE = 44_100;
const NOTES_HZ = [523.25, 659.25, 783.99];
const NOTE_SECONDS = 0.22;
const TAIL_SECONDS = 0.5;
const HEADER_BYTES = 44;

/** Three rising notes as a WAV file (RIFF, 16-bit mono): something pleasant to try a loudspeaker with. */
export function makeChime(): Blob {
  const samples = Math.round((NOTE_SECONDS * NOTES_HZ.length + TAIL_SECONDS) * SAMPLE_RATE);
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + samples * 2));
  const ascii = (at: number, text: string) => {
    for (const [index, character] of [...text].entries()) {
      view.setUint8(at + index, character.charCodeAt(0));
    }
  };
  ascii(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + samples * 2, true);
  ascii(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SAMPLE_RATE, true);
  view.setUint32(28, SAMPLE_RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(36, 'data');
  view.setUint32(40, samples * 2, true);
  for (let index = 0; index < samples; index++) {
    const value = NOTES_HZ.reduce((sum, hz, note) => {
      const seconds = index / SAMPLE_RATE - note * NOTE_SECONDS;
      if (seconds < 0) return sum;
      const attack = Math.min(1, seconds / 0.01);
      return sum + attack * Math.exp(-seconds * 6) * Math.sin(2 * Math.PI * hz * seconds);
    }, 0);
    view.setInt16(HEADER_BYTES + index * 2, value * 0.25 * 32_767, true);
  }
  return new Blob([view], { type: 'audio/wav' });
}
