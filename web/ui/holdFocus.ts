/**
 * Notes which button of which row has the focus, for a list that is about to change.
 * @param list has rows marked with `data-row`
 * @returns puts the focus back on that button; on another of its row where it does nothing any more;
 * on the row in its place where it is gone
 */
export function holdFocus(list: HTMLElement, button: HTMLElement): () => void {
  const rows = () => [...list.querySelectorAll<HTMLElement>('[data-row]')];
  const usable = (inside: ParentNode | null | undefined) =>
    inside?.querySelector<HTMLElement>('button:not(:disabled)');
  const place = rows().findIndex((row) => row.contains(button));
  return () => {
    if (button.isConnected) {
      const isUsable = button.matches(':not(:disabled)');
      return (isUsable ? button : usable(button.parentElement))?.focus();
    }
    const left = rows();
    (usable(left[Math.min(Math.max(place, 0), left.length - 1)]) ?? usable(list))?.focus();
  };
}
