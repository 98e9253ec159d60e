// The right to go on in a session that this tab let go of without leaving: loaded again, or gone back and forth.
// It stays in this tab, for the moment between two pages, and is worth nothing once the edge stops waiting.

const place = (session: string): string => `coview:resume:${session}`;

export function keepResume(session: string, secret: string): void {
  try {
    sessionStorage.setItem(place(session), secret);
  } catch {
    // Without storage the session is joined anew.
  }
}

export function hasResume(session: string): boolean {
  try {
    return sessionStorage.getItem(place(session)) !== null;
  } catch {
    return false;
  }
}

/** The secret, once: the edge gives another with each connection. */
export function takeResume(session: string): string | null {
  try {
    const secret = sessionStorage.getItem(place(session));
    sessionStorage.removeItem(place(session));
    return secret;
  } catch {
    return null;
  }
}
