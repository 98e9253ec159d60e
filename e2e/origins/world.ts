// The made-up web that is visited directly and through the proxy: a shop on two hosts of one site, a bank on another
// site, and a host for public files. Each file beside this one adds a subject to them.
import { addCaching } from './caching.ts';
import { addCharsets } from './charsets.ts';
import { addFiles } from './files.ts';
import { addFrames } from './frames.ts';
import { addRequests } from './requests.ts';
import { Origin } from './server.ts';
import { addShop } from './shop.ts';
import { addStreams } from './streams.ts';
import { addWorkers } from './workers.ts';

/** The web origins' names in checks. */
export interface Hosts {
  www: string;
  api: string;
  cdn: string;
  bank: string;
  /** Any host below it answers as well: for what happens on the very first visit of one. */
  fresh: string;
}

export interface World {
  hosts: Hosts;
  origins: Record<keyof Hosts, Origin>;
  close(): Promise<void>;
}

export type Origins = World['origins'];

export async function startWorld(): Promise<World> {
  const origins: Origins = {
    www: new Origin('www.shop.localhost'),
    api: new Origin('api.shop.localhost'),
    cdn: new Origin('static.cdn.localhost'),
    bank: new Origin('pay.my-bank.localhost'),
    fresh: new Origin('fresh.localhost'),
  };
  const all = Object.values(origins);
  for (const origin of all) await origin.listen();
  for (const add of [addShop, addRequests, addStreams, addFiles, addFrames, addWorkers, addCharsets, addCaching])
    add(origins);
  const { www, api, cdn, bank, fresh } = origins;
  return {
    hosts: { www: www.url, api: api.url, cdn: cdn.url, bank: bank.url, fresh: fresh.url },
    origins,
    close: async () => {
      for (const origin of all) await origin.close();
    },
  };
}
