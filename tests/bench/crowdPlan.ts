// What the two processes of the crowd's benchmark agree on.

export const ROOMS = 20;
export const SPEAKERS_PER_ROOM = 10;
export const PAYLOAD_TYPE = 111;

/** What the server's process says once all rooms are recorded. */
export interface CrowdReady {
  /** The UDP port of each speaker of each room. */
  readonly ports: readonly (readonly number[])[];
  readonly workers: readonly number[];
}

export function ssrcOf(room: number, speaker: number): number {
  return 1_000 + room * SPEAKERS_PER_ROOM + speaker;
}
