import * as v from 'valibot';
import {
  EnteredSchema,
  InvitationInfoSchema,
  InvitationListSchema,
  RecordingDetailSchema,
  RecordingListSchema,
  RoomCreatedSchema,
  RoomInfoSchema,
  RoomPhrasebookSchema,
  ShareListSchema,
  ShareSchema,
  SharedRecordingSchema,
  type CreateInvitationSchema,
  type CreateRoomSchema,
  type CreateShare,
  type EnterRoom,
  type Entered,
  type InvitationId,
  type InvitationInfo,
  type InvitationList,
  type Phrasebook,
  type RecordingDetail,
  type RecordingId,
  type RecordingList,
  type RoomCreated,
  type RoomId,
  type RoomInfo,
  type Share,
  type ShareList,
  type SharedRecording,
} from '#protocol';
import { call, room } from './httpCall.ts';
import { pageServers, type Servers } from './servers.ts';

const recording = (roomId: string, recordingId: string) =>
  `${room(roomId)}/recordings/${encodeURIComponent(recordingId)}`;

/** @param settings what is not named is as in any room */
export function createRoom(
  roomName: string,
  settings: v.InferInput<typeof CreateRoomSchema>['settings'] = {},
): Promise<RoomCreated> {
  return call({ path: '/rooms', body: { roomName, settings }, answer: RoomCreatedSchema });
}

export async function getRoom(
  roomId: string,
  invitation: string,
  { signal, servers = pageServers }: { signal?: AbortSignal; servers?: Servers } = {},
): Promise<RoomInfo> {
  const info = await call({
    path: room(roomId),
    token: invitation,
    answer: RoomInfoSchema,
    servers,
    ...(signal === undefined ? {} : { signal }),
  });
  servers.learn(info.servers ?? []);
  return info;
}

export function enterRoom(options: {
  readonly roomId: string;
  readonly invitation: string;
  readonly who: EnterRoom;
  readonly servers?: Servers;
}): Promise<Entered> {
  const { roomId, invitation, who, servers = pageServers } = options;
  const path = `${room(roomId)}/peers`;
  return call({ path, token: invitation, body: who, answer: EnteredSchema, servers });
}

const invitations = (roomId: string) => `${room(roomId)}/invitations`;

/** The ways into a room, the newest first. @param token a moderator's invitation or access token */
export function listInvitations(roomId: string, token: string): Promise<InvitationList> {
  return call({ path: invitations(roomId), token, answer: InvitationListSchema });
}

/** @param token a moderator's invitation or access token */
export function createInvitation(
  roomId: string,
  token: string,
  wanted: v.InferInput<typeof CreateInvitationSchema>,
): Promise<InvitationInfo> {
  return call({ path: invitations(roomId), token, body: wanted, answer: InvitationInfoSchema });
}

/** Nobody comes in with it any more. @returns it as it is then */
export function revokeInvitation(options: {
  readonly roomId: string;
  /** A moderator's invitation or access token. */
  readonly token: string;
  readonly invitationId: InvitationId;
  /** Whether those who came in with it are taken out. */
  readonly endAdmitted: boolean;
}): Promise<InvitationInfo> {
  const { roomId, token, invitationId, endAdmitted } = options;
  const path = `${invitations(roomId)}/${encodeURIComponent(invitationId)}/revoke`;
  return call({ path, token, body: { endAdmitted }, answer: InvitationInfoSchema });
}

const phrasebook = (roomId: string) => `${room(roomId)}/phrasebook`;

/** The phrases that a room ships; null where it ships none. @param token any way into the room */
export async function getPhrasebook(roomId: string, token: string): Promise<Phrasebook | null> {
  const path = phrasebook(roomId);
  return (await call({ path, token, answer: RoomPhrasebookSchema })).phrasebook;
}

/** Ships these phrases in the room, or none with null. @param token a moderator's */
export async function putPhrasebook(
  roomId: string,
  token: string,
  book: Phrasebook | null,
): Promise<void> {
  const to = { path: phrasebook(roomId), token, answer: v.undefined() };
  await call(book ? { ...to, method: 'PUT', body: book } : { ...to, method: 'DELETE' });
}

/** @param token an access token or a moderator's invitation */
export function listRecordings(roomId: string, token: string): Promise<RecordingList> {
  return call({ path: `${room(roomId)}/recordings`, token, answer: RecordingListSchema });
}

/** @param token an access token or a moderator's invitation */
export function getRecording(
  roomId: string,
  recordingId: string,
  token: string,
): Promise<RecordingDetail> {
  return call({ path: recording(roomId, recordingId), token, answer: RecordingDetailSchema });
}

/** Deletes its files and the links to it, for good. */
export async function deleteRecording(
  roomId: string,
  recordingId: string,
  token: string,
): Promise<void> {
  const path = recording(roomId, recordingId);
  await call({ path, token, method: 'DELETE', answer: v.undefined() });
}

/** One recording, as the moderator of its room reaches its links. */
export interface ShareKeeper {
  readonly roomId: string;
  readonly recordingId: string;
  readonly token: string;
}

const shares = ({ roomId, recordingId }: ShareKeeper) => `${recording(roomId, recordingId)}/shares`;

export function createShare(keeper: ShareKeeper, wanted: CreateShare): Promise<Share> {
  return call({ path: shares(keeper), token: keeper.token, body: wanted, answer: ShareSchema });
}

/** Those that still open something. */
export function listShares(keeper: ShareKeeper): Promise<ShareList> {
  return call({ path: shares(keeper), token: keeper.token, answer: ShareListSchema });
}

export async function revokeShare(keeper: ShareKeeper, shareId: string): Promise<void> {
  const path = `${shares(keeper)}/${encodeURIComponent(shareId)}`;
  await call({ path, token: keeper.token, method: 'DELETE', answer: v.undefined() });
}

/** @param token of a share */
export function getSharedRecording(recordingId: string, token: string): Promise<SharedRecording> {
  const path = `/shares/${encodeURIComponent(recordingId)}`;
  return call({ path, token, answer: SharedRecordingSchema });
}

/** Address of everything of a recording in one file. */
export function recordingArchive(at: {
  readonly roomId: RoomId;
  readonly recordingId: RecordingId;
  readonly ticket: string;
}): string {
  const query = new URLSearchParams({ ticket: at.ticket });
  return `${pageServers.originOf(at.roomId)}/api${recording(at.roomId, at.recordingId)}/files.zip?${query.toString()}`;
}

/** Address of one file of a recording, for a player or a download link. */
export function recordingFile(
  at: { readonly roomId: RoomId; readonly recordingId: RecordingId; readonly ticket: string },
  path: string,
  options: { readonly download?: boolean } = {},
): string {
  const query = new URLSearchParams({ ticket: at.ticket });
  if (options.download) query.set('download', '1');
  return `${pageServers.originOf(at.roomId)}/api${recording(at.roomId, at.recordingId)}/files/${path}?${query.toString()}`;
}
