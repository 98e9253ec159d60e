// Workers of all kinds, and the shop's own service worker.
import type { Origins } from './world.ts';

/** What each worker does when told: loads relatively, absolutely, from another origin. */
const work = (www: string, api: string, cdn: string): string => `
const load = async () => {
  const text = async (url, init) => { try { return await (await fetch(url, init)).text(); } catch (error) { return error.name; } };
  const user = JSON.parse(await text('${api}/me', { credentials: 'include' })).user;
  const own = JSON.parse(await text('${www}/body', { method: 'POST', body: 'from a worker' })).body;
  return [user, own, JSON.parse(await text('${cdn}/data.json')).from, await text('${api}/closed'), typeof self.lib === 'string' ? self.lib : '-'];
};`;

export function addWorkers({ www, api, cdn }: Origins): void {
  const doing = work(www.url, api.url, cdn.url);
  const reply = `onmessage = async () => postMessage([...await load(), new URL(location.href).pathname]);`;
  www.on('/worker.js', (_, to) =>
    to.script(`'use strict'; importScripts('${cdn.url}/lib-worker.js');${doing}${reply}`),
  );
  www.on('/module-worker.js', (_, to) =>
    to.script(
      `import { value } from '${cdn.url}/mod.js'; import '/own-mod.js';${doing}self.lib = value + self.own;${reply}`,
    ),
  );
  www.on('/own-mod.js', (_, to) => to.script('self.own = " own";'));
  www.on('/shared-worker.js', (_, to) =>
    to.script(
      `${doing} onconnect = ({ ports: [port] }) => { port.onmessage = async () => port.postMessage(await load()); };`,
    ),
  );
  www.on('/work.txt', (_, to) => to.text(`${doing}onmessage = async () => postMessage(await load());`));
  www.on('/site-sw.js', (_, to) => to.script('addEventListener("fetch", () => {});'));
}
