import type { Attachment } from 'svelte/attachments';

/**
 * An attachment for what scrolls a lit text: the word that is being said stays in sight.
 * @param reached a change of it looks for the word anew
 */
export const followWord =
  (reached: number): Attachment<HTMLElement> =>
  (box) => {
    void reached;
    const word = box.querySelector<HTMLElement>('[data-on]');
    if (word) box.scrollTo({ top: word.offsetTop - box.clientHeight / 2 });
  };
