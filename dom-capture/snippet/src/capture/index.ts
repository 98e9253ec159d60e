// Capture: reads the page, masks, and sends it as one snapshot and patches (docs/protocol.md, 3). No effect on import.
import { CaptureRun } from './run';
import type { Capture, CaptureOptions } from './types';

export { rulesOf, serialise } from './sheet-text';
export type { Capture, CaptureOptions, SheetText } from './types';

/** Starts at once with a snapshot. Never throws into the page; faults are told to `onError`. */
export function startCapture(options: CaptureOptions): Capture {
  const run = new CaptureRun(options);
  run.start();
  return run;
}
