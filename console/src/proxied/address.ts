// What people type where an address is asked for: mostly without a scheme.

/** The address of a web page, or null. Names of this machine get http, everything else https. */
export function addressOf(text: string): string | null {
  const typed = text.trim();
  if (typed === '' || /\s/.test(typed)) return null;
  const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|[\w-]+(\.[\w-]+)*\.localhost)(:\d+)?([/?#]|$)/i.test(typed);
  const named = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed);
  const whole = named ? typed : `${local ? 'http' : 'https'}://${typed}`;
  try {
    const { protocol, hostname, username, password, href } = new URL(whole);
    const web = protocol === 'https:' || protocol === 'http:';
    const plausible = named || local || hostname.includes('.') || hostname.startsWith('[');
    return web && plausible && username === '' && password === '' ? href : null;
  } catch {
    return null;
  }
}
