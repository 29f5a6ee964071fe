/** Of both mixes, in a file of their own: who only counts bytes loads no encoder. */
export const MIX_BITS_PER_SECOND = { mp3: 96_000, webm: 64_000 } as const;
