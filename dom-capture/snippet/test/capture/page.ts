// Runs in the page that is captured, as the snippet would.
import { type Capture, type CaptureOptions, startCapture } from '../../src/capture';
import { takeNatives } from '../../src/natives';

Object.assign(window, {
  capture: {
    natives: takeNatives,
    // The driver gives all other options.
    start: (options: Partial<CaptureOptions>): Capture =>
      startCapture({ natives: takeNatives(), ...options } as CaptureOptions),
  },
});
