// Runs the loads in the page, with whichever recorder the driver started.
import { loads } from './loads';
import { settle } from './side';

let host: HTMLElement | undefined;

Object.assign(globalThis, {
  benchLoads: {
    list: () => loads.map(({ name, ops }) => ({ name, ops })),
    async prepare(index: number) {
      if (!host) {
        host = document.createElement('section');
        document.body.append(host);
      }
      loads[index]?.prepare(host);
      await settle(250);
      (globalThis as { gc?: () => void }).gc?.();
    },
    async run(index: number) {
      if (host) await loads[index]?.run(host);
      await settle(250);
    },
    clear() {
      host?.remove();
      host = undefined;
    },
  },
});
