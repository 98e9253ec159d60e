// Runs the loads in the page, with whichever recorder the driver started.
import { loads } from './loads';
import { type Recorder, settle } from './side';

/** Capture pauses after costly work, up to 2 s: what it owes must be out before the load counts as done. */
const LONGEST = 5000;
const QUIET = 250;

let host: HTMLElement | undefined;

/** A box of fixed size, so that the load does not lay out the whole page anew: that cost is nobody's. */
function makeHost(): HTMLElement {
  const made = document.createElement('section');
  made.style.cssText = 'contain:strict;position:fixed;inset:auto 0 0 auto;width:600px;height:300px;overflow:auto';
  document.body.append(made);
  return made;
}

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + LONGEST;
  while (!done()) {
    if (performance.now() > end) throw new Error('the recorder emitted nothing of the load');
    await settle(20);
  }
}

/** Waits for what the recorder, if any, has to say of changes up to now. */
async function drained(recorder: Recorder | undefined, since: number): Promise<void> {
  if (recorder) await until(() => recorder.last() >= since);
  await settle(QUIET);
}

Object.assign(globalThis, {
  benchLoads: {
    list: () => loads.map(({ name, ops }) => ({ name, ops })),
    async prepare(index: number, recorder?: Recorder) {
      host ??= makeHost();
      const since = performance.now();
      loads[index]?.prepare(host);
      await drained(recorder, since);
      (globalThis as { gc?: () => void }).gc?.(); // there is one by the browser's flags
    },
    async run(index: number, recorder?: Recorder) {
      const begin = performance.now();
      const since = host && (await loads[index]?.run(host));
      await drained(recorder, since ?? begin);
    },
  },
});
