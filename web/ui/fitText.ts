import type { Attachment } from 'svelte/attachments';

const SMALLEST_PX = 20;
const LARGEST_PX = 400;

/**
 * An attachment: makes a text as large as the box around it lets it be, with no word broken where
 * that can be had. Too much for the smallest size is for the box to scroll.
 * @param text a change of it is measured anew
 */
export const fitText =
  (text: string): Attachment<HTMLElement> =>
  (element) => {
    void text;
    const box = element.parentElement as HTMLElement;
    const fits = (px: number) => {
      element.style.fontSize = `${px}px`;
      const { scrollWidth, clientWidth, offsetHeight } = element;
      return scrollWidth <= clientWidth && offsetHeight <= box.clientHeight;
    };
    const fit = () => {
      element.style.overflowWrap = 'normal';
      let [small, large] = [SMALLEST_PX, LARGEST_PX];
      while (large - small > 1) {
        const middle = (small + large) / 2;
        if (fits(middle)) small = middle;
        else large = middle;
      }
      element.style.fontSize = `${small}px`;
      element.style.overflowWrap = '';
    };
    const observer = new ResizeObserver(fit);
    observer.observe(box);
    return () => observer.disconnect();
  };
