/**
 * Share of the energy of `samples` that lies at `frequencyHz`, 0 to 1 (Goertzel's sum). 0 for what
 * is quieter than a whisper, so that noise never counts as a tone.
 * @param samples floats, full scale 1
 */
export function shareOf(samples: Float32Array, frequencyHz: number, sampleRate: number): number {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
  if (samples.length === 0 || energy / samples.length < 1e-7) return 0;
  const step = (2 * Math.PI * frequencyHz) / sampleRate;
  let real = 0;
  let imaginary = 0;
  samples.forEach((sample, index) => {
    real += sample * Math.cos(step * index);
    imaginary += sample * Math.sin(step * index);
  });
  return (2 * (real * real + imaginary * imaginary)) / (samples.length * energy);
}
