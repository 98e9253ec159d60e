// The snippet's own script tag: which site this is, which edge serves it, and what the site says about consent.
// Read through the prototype's getters, so that an element named "currentScript" can't stand in for the tag.
import { beProxied } from './proxied';

/** What the tag (or `init`) says. */
export interface Tag {
  site: string;
  /** Web origin of the edge. */
  edge: string;
  /** The site already has the visitor's consent to be seen online. */
  granted: boolean;
  /** The page is one of a proxied site: the edge put the tag there, and answers below the page's own address. */
  proxied: boolean;
}

/** The tag that loaded this script, or undefined when a bundler did. */
export function ownTag(): Tag | undefined {
  const script = currentScript() ?? namedScript();
  const site = script?.getAttribute('data-site');
  if (!script || !site) return undefined;
  const proxied = script.getAttribute('data-proxied');
  if (proxied !== null) {
    beProxied(proxied);
    script.remove();
    return { site, edge: `${location.origin}/.coview`, granted: true, proxied: true };
  }
  const edge = webOrigin(script.getAttribute('data-edge') ?? script.src);
  return edge === undefined
    ? undefined
    : { site, edge, granted: script.getAttribute('data-consent') === 'granted', proxied: false };
}

/** The web origin of a URL, if it is one an edge can have. */
export function webOrigin(url: string): string | undefined {
  try {
    const { origin, protocol } = new URL(url, document.baseURI);
    return protocol === 'https:' || protocol === 'http:' ? origin : undefined;
  } catch {
    return undefined;
  }
}

function currentScript(): HTMLScriptElement | undefined {
  const getter = Object.getOwnPropertyDescriptor(Document.prototype, 'currentScript')?.get;
  const script: unknown = getter?.call(document);
  return script instanceof HTMLScriptElement && script.hasAttribute('data-site') ? script : undefined;
}

function namedScript(): HTMLScriptElement | undefined {
  const found: NodeListOf<HTMLScriptElement> = Document.prototype.querySelectorAll.call(
    document,
    'script[data-site][src]',
  ) as NodeListOf<HTMLScriptElement>; // the selector names script elements only
  for (const script of found) if (/\/coview(-[\w-]+|\.unmasked)?\.js([?#]|$)/.test(script.src)) return script;
  return undefined;
}
