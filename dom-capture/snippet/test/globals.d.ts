// The one global of the snippet, as pages in tests see it.
import type { Coview } from '../src';

declare global {
  interface Window {
    coview?: Coview;
  }
}
