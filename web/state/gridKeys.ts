/** A button's place on the page, in CSS pixels. */
export interface Place {
  readonly left: number;
  readonly top: number;
}

/** Places whose tops differ by less stand in one row. */
const ROW_PX = 8;

/**
 * Where a key leads in a grid of buttons that may have any number of columns: the index of another
 * one, `before` above the first row, or null where the key says nothing.
 */
export function gridMove(
  key: string,
  at: number,
  places: readonly Place[],
): number | 'before' | null {
  const here = places[at];
  if (!here) return null;
  const last = places.length - 1;
  switch (key) {
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'ArrowRight':
      return Math.min(last, at + 1);
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'ArrowDown':
      return nearest(here, places, (place) => place.top - here.top) ?? at;
    case 'ArrowUp':
      return nearest(here, places, (place) => here.top - place.top) ?? 'before';
    default:
      return null;
  }
}

/** In the nearest row that lies in a direction, the one nearest to straight ahead. */
function nearest(
  here: Place,
  places: readonly Place[],
  distance: (place: Place) => number,
): number | null {
  const ahead = places.map(distance).filter((pixels) => pixels > ROW_PX);
  if (ahead.length === 0) return null;
  const row = Math.min(...ahead);
  const inRow = places
    .map((place, index) => ({ index, aside: Math.abs(place.left - here.left), place }))
    .filter(({ place }) => Math.abs(distance(place) - row) <= ROW_PX);
  return inRow.toSorted((one, other) => one.aside - other.aside)[0]?.index ?? null;
}
