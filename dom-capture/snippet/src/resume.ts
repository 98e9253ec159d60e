// What lets the next page of this tab go on with the session. It lies in sessionStorage only between two pages:
// written when the page is hidden or left, taken out when it is seen. So a duplicated tab or an opened window,
// which get a copy of the storage, can't take the session over, and page scripts don't find the secret while they run.

/** A connection to go on with, and what the visitor had agreed to. */
export interface Kept {
  resume: string;
  /** Session the visitor agreed to, or empty. */
  session: string;
  /** Agents who were given control. */
  control: number[];
  /** The site said that the visitor agreed to be seen online. */
  granted: boolean;
}

const key = (site: string) => `coview:${site}`;

export function keep(site: string, kept: Kept): void {
  try {
    sessionStorage.setItem(key(site), JSON.stringify([kept.resume, kept.session, kept.control, kept.granted]));
  } catch {
    // storage is off or full: the next page is a new visitor
  }
}

export function forget(site: string): void {
  try {
    sessionStorage.removeItem(key(site));
  } catch {
    // nothing was kept then
  }
}

/** Takes the record out of the storage. */
export function take(site: string): Kept | undefined {
  try {
    const text = sessionStorage.getItem(key(site));
    if (text === null) return undefined;
    forget(site);
    const read: unknown = JSON.parse(text);
    if (!Array.isArray(read)) return undefined;
    const [resume, session, control, granted] = read as unknown[]; // each is checked below
    if (typeof resume !== 'string' || typeof session !== 'string' || !Array.isArray(control)) return undefined;
    return {
      resume,
      session,
      control: control.filter((id): id is number => Number.isSafeInteger(id)),
      granted: granted === true,
    };
  } catch {
    return undefined;
  }
}
