/** People who come in through one address, a second, where nobody says otherwise: see `addressRates`. */
export const USUAL_JOINS_PER_SECOND = 5;

interface Rate {
  readonly capacity: number;
  readonly perSecond: number;
}

/** What one address may do, however many are behind it. */
export interface AddressRates {
  /** Entering a room over HTTP: three schools come in in one moment, and then one by one. */
  readonly enter: Rate;
  /** Handshakes. Everybody of before comes back in one moment after a cut. */
  readonly knocks: Rate;
  /**
   * What those ask who are in. Not a person's figures: a school of a hundred comes in through one address, ten requests each, and
   * then talks, a few requests a second for all. Who asks for more than a person may is refused first.
   * Each that comes again after a refusal has ten requests to make.
   */
  readonly requests: Rate & { readonly retriesPerSecond: number };
}

/**
 * What follows for one address from how many are to come in through it a second, for long: a campus, or a
 * load test, needs more than a household. What less than the usual needs is not made less.
 */
export function addressRates(joinsPerSecond: number = USUAL_JOINS_PER_SECOND): AddressRates {
  const more = Math.max(1, joinsPerSecond / USUAL_JOINS_PER_SECOND / 4);
  const rate = (capacity: number, perSecond: number): Rate => ({
    capacity: Math.round(capacity * more),
    perSecond: Math.round(perSecond * more),
  });
  return {
    enter: { capacity: Math.round(300 * more), perSecond: joinsPerSecond },
    knocks: rate(300, 100),
    requests: { ...rate(1_000, 400), retriesPerSecond: Math.round(40 * more) },
  };
}
