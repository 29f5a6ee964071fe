import {
  ProtocolError,
  type ConsumerOptions,
  type DtlsParameters,
  type IceParameters,
} from '#protocol';
import type { MediaListening } from '../session/ports.ts';
import type { WayIn } from './branch.ts';
import { orProtocolError } from './mediaError.ts';

interface Parts {
  readonly listening: MediaListening;
  readonly connect: (dtlsParameters: DtlsParameters) => Promise<void>;
  readonly restartIce: () => Promise<IceParameters>;
  readonly close: () => void;
}

/** Somebody's way in on another server: the slots of the stage and the room's voice, and no microphone. */
export class BorrowedWayIn implements WayIn {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get listening(): MediaListening {
    return this.#parts.listening;
  }

  connect(dtlsParameters: DtlsParameters): Promise<void> {
    return orProtocolError('INVALID_MESSAGE', () => this.#parts.connect(dtlsParameters));
  }

  restartIce(): Promise<IceParameters> {
    return orProtocolError('NOT_FOUND', () => this.#parts.restartIce());
  }

  async hear(): Promise<void> {
    throw slotsOnly();
  }

  async consumeSlots(): Promise<ConsumerOptions[]> {
    return [];
  }

  async consume(): Promise<ConsumerOptions> {
    throw slotsOnly();
  }

  async resumeConsumer(): Promise<void> {}

  closeConsumer(): boolean {
    return false;
  }

  audibleChanged(): void {}

  close(): void {
    this.#parts.close();
  }
}

const slotsOnly = () => new ProtocolError('WRONG_STATE', 'only slots come this way');
