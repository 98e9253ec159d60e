// How a visitor is called: by what the site told about them, else by the short id the edge gave.
import type { Visitor } from './api';

type Known = Pick<Visitor, 'identities' | 'unique_id' | 'short_id'>;

/** The best name known for a visitor; the edge calls them the same in a session. */
export function nameOf(visitor: Known): string {
  return visitor.identities[0] || visitor.unique_id || `Visitor ${visitor.short_id}`;
}

/** What else is known: the other identities, the site's own id, tags. */
export function knownAs(visitor: Known & Pick<Visitor, 'tags'>): string {
  const name = nameOf(visitor);
  const rest = visitor.identities.slice(1);
  if (visitor.unique_id && name !== visitor.unique_id) rest.push(`id ${visitor.unique_id}`);
  for (const tag of visitor.tags) rest.push(`#${tag.replace(/^#/, '')}`);
  return rest.join(' · ');
}

/** The short form for buttons: "Help Jonas". Only a name of letters is shortened. */
export function firstName(name: string): string {
  if (name.startsWith('Visitor ') || name.includes('@')) return name;
  return name.split(' ')[0] ?? name;
}

/** An address without scheme and query: what fits in a list. */
export function shortUrl(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return pathname === '/' ? host : host + decodeURI(pathname);
  } catch {
    return '';
  }
}
