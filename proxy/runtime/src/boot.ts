// Runs in the page a proxied host shows before its first document: sets up the service worker, then loads again. Where
// the browser refuses one, a cookie says so, and documents come with the strict policy.

const TRIES = 3;
/** A try counts for as long as a slow set-up may take. */
const TRY_SECONDS = 20;
/** What a browser stores in one cookie, less name and attributes. */
const LONGEST = 3800;
const SET_UP_MS = 8000;

const setCookie = (name: string, value: string, age = ''): void => {
  // biome-ignore lint/suspicious/noDocumentCookie: the edge reads it before any document of the site has run
  document.cookie = `__Host-coview-${name}=${value}; Secure; Path=/; SameSite=None; Partitioned${age}`;
};

const isActive = (worker: ServiceWorker): Promise<void> =>
  new Promise((done) => {
    const look = (): void => {
      if (worker.state === 'activated' || worker.state === 'redundant') done();
    };
    worker.addEventListener('statechange', look);
    look();
  });

/** The worker's address also tells it which hosts are left alone. */
function workerUrl(): string {
  const text = document.querySelector('[data-coview-proxied]')?.getAttribute('data-coview-proxied');
  const { direct = [] } = text ? (JSON.parse(text) as { direct?: string[] }) : {}; // the edge's own words
  return direct.length === 0 ? '/.coview/sw.js' : `/.coview/sw.js?direct=${encodeURIComponent(direct.join(' '))}`;
}

async function setUp(): Promise<void> {
  const registration = await navigator.serviceWorker.register(workerUrl(), { scope: '/', updateViaCache: 'none' });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (!worker) throw new Error('no worker');
  await isActive(worker);
  if (worker.state === 'redundant') throw new Error('the worker was dropped');
}

async function boot(): Promise<void> {
  const tried = Number(/__Host-coview-boot=(\d+)/.exec(document.cookie)?.[1] ?? 0);
  setCookie('boot', String(tried + 1), `; Max-Age=${TRY_SECONDS}`);
  const late = new Promise<never>((_, fail) => void setTimeout(() => fail(new Error('too slow')), SET_UP_MS));
  try {
    if (tried >= TRIES) throw new Error('pages still come without the worker');
    await Promise.race([setUp(), late]);
    setCookie('sw', '1');
  } catch {
    setCookie('nosw', '1');
  }
  // Loading again by a script makes this page its own referrer; the shim puts the true one back.
  const facts = encodeURIComponent(`${location.href.replace(/#.*/s, '')} ${document.referrer}`);
  setCookie('from', facts.length < LONGEST ? facts : '', `; Max-Age=${TRY_SECONDS}`);
  location.reload();
}

void boot();
