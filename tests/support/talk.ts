import type { RoomCreated } from '#protocol';
import { Person } from './person.ts';
import { readyRecording, type ReadyRecording } from './recordings.ts';
import type { ServerProcess } from './server.ts';
import {
  agreeToBeRecorded,
  createRoom,
  enterRoom,
  recordingReaches,
  roomLink,
  sayPhrase,
  seesPhrase,
} from './visit.ts';

export const ANA_HZ = 440;
export const BETO_HZ = 1_000;
export const GREETING = 'Buenos días a todos';
export const QUESTION = '¿Quién trae el café?';

/** Two people, a phrase of each, a marker between them, and what was recorded of it. */
export interface RecordedTalk {
  readonly room: RoomCreated;
  readonly ana: Person;
  readonly recording: ReadyRecording;
  /** Where a moderator plays it. */
  readonly link: string;
}

/** Records seven seconds. Ana, who moderates, stays; Beto goes home. */
export async function recordTalk(server: ServerProcess): Promise<RecordedTalk> {
  const room = await createRoom(server.url, 'Tertulia');
  const [ana, beto] = await Promise.all([
    Person.open({ voiceHz: ANA_HZ }),
    Person.open({ voiceHz: BETO_HZ }),
  ]);
  await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
  await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
  await ana.hears(BETO_HZ);
  await ana.page.getByRole('button', { name: 'Grabar' }).click();
  await agreeToBeRecorded(beto);
  await sayPhrase(ana, GREETING);
  await seesPhrase(beto, GREETING);
  await recordingReaches(ana, '0:03');
  await ana.page.keyboard.press('F8');
  await recordingReaches(ana, '0:05');
  await sayPhrase(beto, QUESTION);
  await seesPhrase(ana, QUESTION);
  await recordingReaches(ana, '0:07');
  await ana.page.getByRole('button', { name: 'Detener la grabación' }).click();
  await beto.close();
  const recording = await readyRecording(server.url, room);
  const { roomId, recordingId } = recording.summary;
  const link = `${server.url}/r/${roomId}/recordings/${recordingId}#${room.invitations.moderator}`;
  return { room, ana, recording, link };
}
