// The address bar as a store. Pages are few, so the browser's history is all the router there is.
import { type Route, routeOf } from './paths';
import { createStore } from './store';

export const route = createStore<Route>(routeOf(location.pathname));

let follows = false;

/** Starts to follow the back and forward buttons. */
export function followHistory(): void {
  if (follows) return;
  follows = true;
  window.addEventListener('popstate', () => route.set(routeOf(location.pathname)));
}

/** Goes to another page of the console. */
export function navigate(path: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', path);
  else history.replaceState(null, '', path);
  route.set(routeOf(path));
  window.scrollTo(0, 0);
}

/** True for a click that should open the link here, not in a new tab or window. */
export function opensHere(event: {
  button: number;
  metaKey: boolean;
  ctrlKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
