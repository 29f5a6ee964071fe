import { answerQuestions, Refusal } from '#server/speech/questions.ts';

/** What the process is asked: what to do. */
export type Odd = 'answer' | 'refuse' | 'hang' | 'die' | 'listEnvironment';

answerQuestions((odd: Odd): string | number => {
  switch (odd) {
    case 'answer':
      return process.pid;
    case 'refuse':
      throw new Refusal('not that');
    case 'hang':
      return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    case 'die':
      throw new Error('what a pity');
    case 'listEnvironment':
      return Object.keys(process.env).join(' ');
  }
});
