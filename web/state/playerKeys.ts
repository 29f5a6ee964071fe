import type { Playback } from './playback.svelte.ts';

const STEP_SECONDS = 5;
const LEAP_SECONDS = 10;

export type PlayerAction =
  | { readonly kind: 'toggle' | 'search' | 'mute' }
  | { readonly kind: 'move'; readonly seconds: number };

/** Where a key was pressed. */
export interface KeyPlace {
  /** In a field of text. */
  readonly typing: boolean;
  /** On a button or a link, which a space presses. */
  readonly onControl: boolean;
  /** In a dialog or an open list, whose keys are its own. */
  readonly inLayer: boolean;
  /** Whether single letters do something: a person may turn that off. */
  readonly letters: boolean;
}

/** What a key does on the page of a recording; null leaves it to the browser. */
export function playerAction(key: string, place: KeyPlace): PlayerAction | null {
  if (place.typing || place.inLayer) return null;
  if (key === 'ArrowLeft') return { kind: 'move', seconds: -STEP_SECONDS };
  if (key === 'ArrowRight') return { kind: 'move', seconds: STEP_SECONDS };
  if (key === ' ') return place.onControl ? null : { kind: 'toggle' };
  if (!place.letters) return null;
  switch (key.toLowerCase()) {
    case 'j':
      return { kind: 'move', seconds: -LEAP_SECONDS };
    case 'k':
      return { kind: 'toggle' };
    case 'l':
      return { kind: 'move', seconds: LEAP_SECONDS };
    case 'm':
      return { kind: 'mute' };
    case '/':
      return { kind: 'search' };
    default:
      return null;
  }
}

/** Does what a key says, and keeps it from the browser when it says something. */
export function actOnKey(
  event: KeyboardEvent,
  page: {
    readonly playback: Playback;
    readonly searchField: HTMLInputElement | undefined;
    readonly letters: boolean;
  },
): void {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  const target = event.target instanceof Element ? event.target : null;
  const action = playerAction(event.key, {
    typing: Boolean(target?.closest('input:not([type=range], [type=checkbox]), textarea')),
    onControl: Boolean(target?.closest('button, a, summary, input')),
    inLayer: Boolean(target?.closest('[role=dialog], [role=listbox], [role=radiogroup]')),
    letters: page.letters,
  });
  if (!action || !perform(action, page, target)) return;
  event.preventDefault();
}

function perform(
  action: PlayerAction,
  { playback, searchField }: Parameters<typeof actOnKey>[1],
  target: Element | null,
): boolean {
  if (action.kind === 'move') playback.seek(playback.position + action.seconds);
  else if (action.kind === 'toggle') playback.toggle();
  else if (action.kind === 'search') searchField?.focus();
  else {
    const lane = target?.closest<HTMLElement>('[data-track]')?.dataset['track'];
    const track = playback.tracks.find(({ id }) => id === lane);
    if (!track) return false;
    track.muted = !track.muted;
    playback.mix();
  }
  return true;
}
