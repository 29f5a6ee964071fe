import { createSubscriber } from 'svelte/reactivity';

const track = createSubscriber((update) => {
  const timer = setInterval(update, 500);
  return () => clearInterval(timer);
});

/** The time of day for views that show it: it ticks only while one of them is on screen. */
export const secondsClock = {
  /** Milliseconds since 1970. */
  get now(): number {
    track();
    return Date.now();
  },
};
