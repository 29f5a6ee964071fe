import type { Attachment } from 'svelte/attachments';
import type { Countdown } from '#web/state/countdown.ts';

/** An attachment: what goes by itself stays for as long as a pointer or the focus is on it. */
export function holdWhileUsed(time: Countdown): Attachment<HTMLElement> {
  return (element) => {
    const leaving = new AbortController();
    const { signal } = leaving;
    element.addEventListener('pointerenter', () => time.hold('pointer'), { signal });
    element.addEventListener('pointerleave', () => time.letGo('pointer'), { signal });
    element.addEventListener('focusin', () => time.hold('focus'), { signal });
    element.addEventListener('focusout', () => time.letGo('focus'), { signal });
    return () => leaving.abort();
  };
}
