import type { AnswerConsent } from '#protocol';
import type { Signaling } from './signaling.ts';

/** What a person does to the room's recording. Everything throws ProtocolError as the server refuses. */
export class RecordingControls {
  readonly #signaling: Signaling;
  readonly #onAnswered: (answer: AnswerConsent) => void;

  constructor(options: { signaling: Signaling; onAnswered: (answer: AnswerConsent) => void }) {
    this.#signaling = options.signaling;
    this.#onAnswered = options.onAnswered;
  }

  async start(): Promise<void> {
    await this.#signaling.request('startRecording', {});
  }

  async stop(): Promise<void> {
    await this.#signaling.request('stopRecording', {});
  }

  /** What is said until `resume` is not part of the recording. */
  async pause(): Promise<void> {
    await this.#signaling.request('pauseRecording', {});
  }

  async resume(): Promise<void> {
    await this.#signaling.request('resumeRecording', {});
  }

  /**
   * Marks this moment of the recording.
   * @param label may be empty
   */
  async mark(label: string): Promise<void> {
    await this.#signaling.request('addMarker', label ? { label } : {});
  }

  /** Says yes or no to being recorded, the first time or later. */
  async answer(answer: AnswerConsent): Promise<void> {
    await this.#signaling.request('answerConsent', answer);
    // The server tells it too; a view must not go on asking meanwhile.
    this.#onAnswered(answer);
  }
}
