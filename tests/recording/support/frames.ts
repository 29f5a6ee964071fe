/** The packets of these tests: 20 ms at 48 kHz. */
export const FRAME_SAMPLES = 960;
export const FRAME_MS = 20;
