// `document.referrer`, with real names. The first document of a host was loaded by the boot page before, which a browser
// then takes for the referrer; what it was at first waits in a cookie of ours.
import type { Addresses } from './addresses';
import { apply, call, getterOf, patchAccessor, setterOf } from './patch';

type Realm = Window & typeof globalThis;

const KEPT = /(?:^|;\s*)__Host-coview-from=([^;]*)/;

/** What the boot page kept for this very document, which is used once. */
function booted(realm: Realm): string | undefined {
  const get = getterOf(realm.Document.prototype, 'cookie');
  const set = setterOf(realm.Document.prototype, 'cookie');
  if (!get || !set) return undefined;
  const kept = KEPT.exec(call<string>(get, realm.document))?.[1];
  if (!kept) return undefined;
  const [url, referrer = ''] = decodeURIComponent(kept).split(' ');
  if (url !== realm.document.URL.replace(/#.*/s, '')) return undefined;
  call(set, realm.document, '__Host-coview-from=; Max-Age=0; Secure; Path=/; SameSite=None; Partitioned');
  return referrer;
}

/** Must be before `document.cookie` is patched. */
export function patchReferrer(realm: Realm, to: Addresses): void {
  const first = booted(realm);
  patchAccessor(realm.Document.prototype, 'referrer', {
    get: (native, self) => {
      const referrer = String(apply(native, self, []));
      return to.seen(self === realm.document ? (first ?? referrer) : referrer);
    },
  });
}
