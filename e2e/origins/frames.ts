// Frames and windows that talk to each other.
import type { Origins } from './world.ts';

const answer = `addEventListener('message', (event) => {
  if (event.data?.ask === undefined) return;
  event.source.postMessage({ answer: event.data.ask, sawOrigin: event.origin, isParent: event.source === (window.opener ?? parent) }, event.origin);
});`;

export function addFrames({ www, api, bank, fresh }: Origins): void {
  for (const origin of [www, api, bank, fresh]) {
    origin.on('/frame', (_, reply) =>
      reply.html(
        `<!doctype html><meta charset=utf-8><title>frame</title><p id=inside>inside</p><script>${answer}</script>`,
      ),
    );
    // Tells its parent by its real name, as widgets do that know whom they are for.
    origin.on('/teller', (asked, reply) => {
      const to = asked.url.searchParams.get('to') ?? '*';
      reply.html(
        `<!doctype html><meta charset=utf-8><script>(window.opener ?? parent).postMessage({ told: ${JSON.stringify(to)}, referrer: document.referrer }, ${JSON.stringify(to)});</script>`,
      );
    });
    origin.on('/storage', (asked, reply) => {
      const value = JSON.stringify(asked.url.searchParams.get('set'));
      reply.html(`<!doctype html><meta charset=utf-8><script>
let was; try { was = localStorage.getItem('k'); if (${value} !== null) localStorage.setItem('k', ${value}); } catch (error) { was = error.name; }
window.was = was; parent !== window && parent.postMessage({ was }, '*');</script>`);
    });
  }
  www.on('/framed', (_, reply) =>
    reply.html(`<!doctype html><meta charset=utf-8><title>framed</title>
<script>window.heard = []; addEventListener('message', (event) => heard.push({ data: event.data, origin: event.origin }));</script>
<iframe id=same src=/frame></iframe><iframe id=other src="${bank.url}/frame"></iframe><iframe id=sister src="${api.url}/frame"></iframe>
<iframe id=doc srcdoc="&lt;p id=inside&gt;doc&lt;/p&gt;&lt;img id=pic src=&quot;${www.url}/p.svg?w=21&quot;&gt;&lt;script&gt;window.own = 1&lt;/script&gt;"></iframe>`),
  );
}
