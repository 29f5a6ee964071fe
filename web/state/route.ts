/** Where in the house one is. The invitation travels in the fragment, which no server ever sees. */
export type Route =
  | { readonly page: 'landing' }
  | { readonly page: 'room'; readonly roomId: string; readonly invitation: string }
  | { readonly page: 'recordings'; readonly roomId: string; readonly invitation: string }
  | {
      readonly page: 'recording';
      readonly roomId: string;
      readonly recordingId: string;
      readonly invitation: string;
      /** Second at which to begin. */
      readonly at: number;
    }
  | {
      readonly page: 'shared';
      readonly recordingId: string;
      readonly token: string;
      readonly at: number;
    }
  | { readonly page: 'unknown' };

const ROOM_PATH =
  /^\/r\/(?<roomId>[A-Za-z0-9_-]+)(?<list>\/recordings(?:\/(?<recordingId>[A-Za-z0-9_-]+))?)?\/?$/;

const SHARED_PATH = /^\/s\/(?<recordingId>[A-Za-z0-9_-]+)\/?$/;

/** The moment that a link leads to: `?t=` in seconds; 0 without one, or with something else. */
function momentOf(search: string): number {
  const seconds = Number(new URLSearchParams(search).get('t') ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}

/** A link to a moment of what a link leads to. */
export function linkToMoment(link: string, seconds: number): string {
  const url = new URL(link);
  const whole = Math.floor(seconds);
  if (whole > 0) url.searchParams.set('t', String(whole));
  else url.searchParams.delete('t');
  return url.href;
}

export function parseRoute(location: { pathname: string; hash: string; search?: string }): Route {
  if (location.pathname === '/') return { page: 'landing' };
  const { roomId, list, recordingId } = ROOM_PATH.exec(location.pathname)?.groups ?? {};
  const invitation = location.hash.slice(1);
  const at = momentOf(location.search ?? '');
  const shared = SHARED_PATH.exec(location.pathname)?.groups?.['recordingId'];
  if (shared !== undefined) return { page: 'shared', recordingId: shared, token: invitation, at };
  if (roomId === undefined) return { page: 'unknown' };
  if (recordingId !== undefined) return { page: 'recording', roomId, recordingId, invitation, at };
  return { page: list === undefined ? 'room' : 'recordings', roomId, invitation };
}

export const paths = {
  landing: '/',
  room: (roomId: string, invitation: string) => `/r/${roomId}#${invitation}`,
  recordings: (roomId: string, invitation: string) => `/r/${roomId}/recordings#${invitation}`,
  recording: (roomId: string, recordingId: string, invitation: string) =>
    `/r/${roomId}/recordings/${recordingId}#${invitation}`,
  shared: (recordingId: string, token: string) => `/s/${recordingId}#${token}`,
};

/**
 * What somebody pasted as a way into a room, as a path of this site.
 * @returns null when it is not a link to a room
 */
export function pathOfPastedLink(text: string): string | null {
  const url = URL.parse(text.trim(), globalThis.location.origin);
  if (!url) return null;
  const route = parseRoute(url);
  if (route.page !== 'room' || route.invitation === '') return null;
  return paths.room(route.roomId, route.invitation);
}
