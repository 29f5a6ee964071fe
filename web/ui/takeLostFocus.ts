let isFirstPage = true;

/**
 * An attachment for the main part of a page: when the control that had the focus went away with
 * the page before, the focus comes here, so that a keyboard goes on from the new page's top and a
 * screen reader says that it is there. The page that one arrives on is left to the browser.
 */
export function takeLostFocus(main: HTMLElement): void {
  if (isFirstPage) {
    isFirstPage = false;
    return;
  }
  queueMicrotask(() => {
    const { activeElement, body } = document;
    if (!activeElement || activeElement === body) main.focus({ preventScroll: true });
  });
}
