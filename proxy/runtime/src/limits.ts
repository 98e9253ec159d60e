// What cannot work under another host name, or would go around the proxy, is taken away or refuses, as browsers do where
// a feature is not allowed. Each refusal is told by the event `coview-limit` at the window.
import { apply, call, methodOf, patchAccessor, patchMethod, remove } from './patch';

type Realm = Window & typeof globalThis;

/** Go around the proxy, or tell the proxied host's cookies. */
const GONE = [
  'RTCPeerConnection',
  'webkitRTCPeerConnection',
  'RTCDataChannel',
  'RTCSessionDescription',
  'RTCIceCandidate',
  'WebTransport',
  'CookieStore',
  'cookieStore',
  'CookieStoreManager',
  'WebSocketStream',
];

export function removeUnmapped(scope: typeof globalThis): void {
  for (const name of GONE) remove(scope, name);
}

export function patchLimits(realm: Realm): void {
  removeUnmapped(realm);
  const dispatch = methodOf(realm.EventTarget.prototype, 'dispatchEvent');
  const { CustomEvent: NativeEvent, DOMException: NativeException } = realm;
  const tell = (what: string): void => {
    if (dispatch) call(dispatch, realm, new NativeEvent('coview-limit', { detail: { what } }));
  };
  const refuse = (what: string): Promise<never> => {
    tell(what);
    return realm.Promise.reject(
      new NativeException('The operation is not allowed in this context.', 'NotAllowedError'),
    );
  };
  const keys = (realm as unknown as Record<string, { prototype: object } | undefined>).CredentialsContainer?.prototype; // by name
  for (const name of ['get', 'create']) {
    patchMethod(keys, name, (native, self, args) => {
      const options = args[0] as CredentialRequestOptions | undefined; // read as the native one does
      return options?.publicKey ? refuse('webauthn') : apply(native, self, args);
    });
  }
  const navigator = realm.Navigator.prototype;
  for (const name of ['registerProtocolHandler', 'unregisterProtocolHandler'])
    patchMethod(navigator, name, () => undefined);
  // Cookies of frames are the jar's, whatever the browser thinks of third parties.
  patchMethod(realm.Document.prototype, 'hasStorageAccess', () => realm.Promise.resolve(true));
  patchMethod(realm.Document.prototype, 'requestStorageAccess', () => realm.Promise.resolve());
  relaxDomain(realm);
}

/** Two hosts of one site stay apart; a script that tries to join them goes on. */
function relaxDomain(realm: Realm): void {
  let relaxed: string | undefined;
  patchAccessor(realm.Document.prototype, 'domain', {
    get: (native, self) => relaxed ?? apply(native, self, []),
    set: (_, __, [value]) => {
      relaxed = String(value);
      return undefined;
    },
  });
}
