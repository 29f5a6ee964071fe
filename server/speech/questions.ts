/** What a process says: that it is ready, and then one thing to each question. */
export type Reply<Answer> =
  { readonly ready: true } | { readonly answer: Answer } | { readonly refusal: string };

/** What was asked cannot be done, and the next thing can: no reason to end the process. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/**
 * Lets this process answer a ProcessQueue until the server is gone. An error other than Refusal ends
 * it.
 */
export function answerQuestions<Question, Answer>(answer: (question: Question) => Answer): void {
  // Ctrl-C and service managers signal all processes of a service at once: the server decides.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => process.exit());
  process.on('message', (question: Question) => tell(replyTo(question, answer)));
  tell({ ready: true });
}

function replyTo<Question, Answer>(
  question: Question,
  answer: (question: Question) => Answer,
): Reply<Answer> {
  try {
    return { answer: answer(question) };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error.message };
    throw error;
  }
}

function tell(reply: Reply<unknown>): void {
  process.send?.(reply);
}
