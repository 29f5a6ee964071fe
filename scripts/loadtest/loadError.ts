/** Why a load test cannot be run, in a sentence that says what to do. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
}
