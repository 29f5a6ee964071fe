/** The server did not answer, or what answered is not Cora. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  /** Of HTTP, such as a proxy's 502. Null where nothing answered. */
  readonly status: number | null;

  constructor(message: string, status: number | null, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
