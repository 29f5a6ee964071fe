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
    }
  | { readonly page: 'unknown' };

const ROOM_PATH =
  /^\/r\/(?<roomId>[A-Za-z0-9_-]+)(?<list>\/recordings(?:\/(?<recordingId>[A-Za-z0-9_-]+))?)?\/?$/;

export function parseRoute(location: { pathname: string; hash: string }): Route {
  if (location.pathname === '/') return { page: 'landing' };
  const { roomId, list, recordingId } = ROOM_PATH.exec(location.pathname)?.groups ?? {};
  if (roomId === undefined) return { page: 'unknown' };
  const invitation = location.hash.slice(1);
  if (recordingId !== undefined) return { page: 'recording', roomId, recordingId, invitation };
  return { page: list === undefined ? 'room' : 'recordings', roomId, invitation };
}

export const paths = {
  landing: '/',
  room: (roomId: string, invitation: string) => `/r/${roomId}#${invitation}`,
  recordings: (roomId: string, invitation: string) => `/r/${roomId}/recordings#${invitation}`,
  recording: (roomId: string, recordingId: string, invitation: string) =>
    `/r/${roomId}/recordings/${recordingId}#${invitation}`,
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

/** The address bar, reactive. */
class Router {
  #route = $state.raw<Route>(parseRoute(globalThis.location));

  constructor() {
    const read = () => (this.#route = parseRoute(globalThis.location));
    globalThis.addEventListener('popstate', read);
    globalThis.addEventListener('hashchange', read);
  }

  get route(): Route {
    return this.#route;
  }

  go(path: string): void {
    globalThis.history.pushState(null, '', path);
    this.#route = parseRoute(globalThis.location);
    globalThis.scrollTo(0, 0);
  }

  /** Turns plain clicks on this site's own links into `go`, so that a page need not be loaded. */
  readonly followLinks = (event: MouseEvent): void => {
    const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (event.defaultPrevented || event.button !== 0 || modified) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target || link.hasAttribute('download')) return;
    const url = URL.parse(link.href);
    if (!url || url.origin !== globalThis.location.origin) return;
    if (url.pathname.startsWith('/api/') || parseRoute(url).page === 'unknown') return;
    event.preventDefault();
    const href = link.getAttribute('href') ?? '';
    if (href.startsWith('#')) {
      // The fragment is where the invitation is: a jump within the page must leave it alone.
      document.getElementById(href.slice(1))?.focus();
      return;
    }
    this.go(url.pathname + url.hash);
  };
}

export const router = new Router();
