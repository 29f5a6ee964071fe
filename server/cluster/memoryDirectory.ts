import type { RoomDirectory } from '../session/ports.ts';

/** The directory of a server that is alone: every room is here. */
export class MemoryDirectory implements RoomDirectory {
  readonly origins: readonly string[] = [];
  readonly pages: readonly string[] = [];

  async requireHere(): Promise<void> {}

  requireAwake(): void {}

  begin(): void {}
}
