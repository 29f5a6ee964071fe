const hasLiveLine = process.stdout.isTTY === true && !process.env.CI;
const repaintMs = 250;
const repeatMs = 10_000;

export function say(sentence) {
  console.log(sentence);
}

export function seconds(ms) {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Runs `work` while saying what it is and how far it has come: on a terminal in one line that
 * changes, elsewhere in a line now and then.
 * @template T
 * @param {string} title
 * @param {(report: (progress: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const startedAt = performance.now();
  const elapsed = () => seconds(performance.now() - startedAt);
  let progress = '';
  const line = () => [title, progress, elapsed()].filter(Boolean).join(', ');

  if (!hasLiveLine) say(`${title} ...`);
  const timer = setInterval(
    () => (hasLiveLine ? paint(line()) : say(`  ${line()}`)),
    hasLiveLine ? repaintMs : repeatMs,
  );
  const finish = (word) => {
    if (hasLiveLine) paint('');
    say(`${title}: ${word} ${elapsed()}`);
  };
  try {
    const result = await work((text) => {
      progress = text;
    });
    finish('done in');
    return result;
  } catch (error) {
    finish('failed after');
    throw error;
  } finally {
    clearInterval(timer);
  }
}

function paint(text) {
  // A line that wraps could not be painted over.
  process.stdout.write(`\r\x1b[K${text.slice(0, (process.stdout.columns || 80) - 1)}`);
}
