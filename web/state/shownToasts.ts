const MOST = 3;

interface Shown {
  readonly text: string;
  /** What a person may still do about it; null for nothing. */
  readonly action: unknown;
}

/**
 * The toasts on screen once another comes, the newest last. What was told already is told once, and what
 * can still be undone goes only for something newer that can.
 */
export function withToast<Toast extends Shown>(shown: readonly Toast[], toast: Toast): Toast[] {
  const others = shown.filter(({ text }) => text !== toast.text);
  while (others.length >= MOST) {
    const plain = others.findIndex(({ action }) => action === null);
    if (plain === -1 && toast.action === null) break;
    others.splice(Math.max(plain, 0), 1);
  }
  return [...others, toast];
}
