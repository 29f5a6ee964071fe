import type { RoomClient } from '#web/client/roomClient.ts';

interface Options {
  readonly client: Pick<RoomClient, 'stage' | 'microphone'> & {
    readonly state: Pick<RoomClient['state'], 'microphone' | 'me'>;
  };
  /** Asks for a microphone where there is none. It may take as long as the person thinks about it. */
  readonly openMicrophone: () => Promise<void>;
}

/**
 * Takes the floor that is offered and opens the microphone, unless a moderator mutes one meanwhile. Without
 * a microphone one has the floor all the same. Throws ProtocolError as the server refuses.
 */
export async function takeFloor({ client, openMicrophone }: Options): Promise<void> {
  const mutes = client.state.me?.mutes;
  await client.stage.answerFloor(true);
  if (client.state.microphone === 'none') await openMicrophone();
  const { microphone, me } = client.state;
  if (microphone === 'muted' && me?.mutes === mutes) await client.microphone.setMuted(false);
}
