/**
 * Notes which button of which row has the focus, for a list that is about to change.
 * @param list has rows marked with `data-row`, whose buttons stand in one order
 * @returns puts the focus back on that button; on another of its row where it does nothing any more;
 * on the same one of the row in its place where it is gone
 */
export function holdFocus(list: HTMLElement, button: HTMLElement): () => void {
  const rows = () => [...list.querySelectorAll<HTMLElement>('[data-row]')];
  const buttons = (inside: ParentNode) => [...inside.querySelectorAll<HTMLElement>('button')];
  const isUsable = (it: HTMLElement | undefined) => it?.matches(':not(:disabled)');
  const place = rows().findIndex((row) => row.contains(button));
  const column = buttons(button.parentElement as HTMLElement).indexOf(button);
  return () => {
    const left = rows();
    const row = button.isConnected ? button.parentElement : left[Math.min(place, left.length - 1)];
    const there = buttons(row ?? list);
    const same = button.isConnected ? button : there[column];
    (isUsable(same) ? same : there.find(isUsable))?.focus();
  };
}
