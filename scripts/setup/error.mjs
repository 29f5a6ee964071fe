/** A set-up that cannot go on. Its message is a sentence for the person at the terminal, with a way out. */
export class SetupError extends Error {}
