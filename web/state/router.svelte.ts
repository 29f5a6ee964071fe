import { parseRoute, type Route } from './route.ts';

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
    this.go(url.pathname + url.search + url.hash);
  };
}

export const router = new Router();
