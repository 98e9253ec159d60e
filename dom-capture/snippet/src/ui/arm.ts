// When a press on a prompt may count. A button is armed after the prompt has been in full view, uncovered and in a
// focused window for half a second without a break; the press itself must begin and end on the button while it is
// armed, by a person, and not be the second half of a double click that was meant for something else.

/** Uninterrupted time in view before a press counts. */
export const ARM_MS = 500;

interface ObserverInit extends IntersectionObserverInit {
  trackVisibility: boolean;
  delay: number;
}
type Entry = IntersectionObserverEntry & { isVisible?: boolean };

export interface Armed {
  /** Calls back for each press that counts. */
  press(button: HTMLButtonElement, run: () => void): void;
  stop(): void;
}

/** Watches `card` (most of it must be in view) and `acts`, its row of buttons (all of it must be). */
export function arm(card: Element, acts: Element): Armed {
  const seen = new Map<Element, boolean>();
  let since = Number.POSITIVE_INFINITY;
  let focused = document.hasFocus();

  /** Starts the half second anew, or waits for better times. */
  const judge = () => {
    const fine =
      focused && document.visibilityState === 'visible' && seen.get(card) === true && seen.get(acts) === true;
    if (!fine) since = Number.POSITIVE_INFINITY;
    else if (since === Number.POSITIVE_INFINITY) since = performance.now();
  };
  const armed = () => performance.now() - since >= ARM_MS;

  // trackVisibility also tells of anything painted over the prompt; browsers without it ignore the option.
  const options: ObserverInit = { threshold: [0, 0.5, 0.99, 1], trackVisibility: true, delay: 100 };
  const observer = new IntersectionObserver((entries: Entry[]) => {
    for (const entry of entries) {
      const enough = entry.intersectionRatio >= (entry.target === acts ? 0.99 : 0.5);
      seen.set(entry.target, enough && entry.isVisible !== false);
    }
    judge();
  }, options);
  observer.observe(card);
  observer.observe(acts);

  // Focus that comes back to the window may be the end of a popup that hid the prompt until this very moment.
  const changed = () => {
    focused = document.hasFocus();
    judge();
  };
  window.addEventListener('blur', changed);
  window.addEventListener('focus', changed);
  document.addEventListener('visibilitychange', changed, true);

  return {
    press(button, run) {
      let began = false;
      button.addEventListener('pointerdown', (event) => {
        began = event.isTrusted && armed();
      });
      button.addEventListener('keydown', (event) => {
        if (event.repeat)
          event.preventDefault(); // a key held down since before the prompt
        else began = event.isTrusted && armed();
      });
      button.addEventListener('click', (event) => {
        // detail 0: keyboard or assistive technology, which may press without any key or pointer event
        const wellBegun = event.detail === 0 ? began || armed() : began && event.detail === 1;
        began = false;
        if (event.isTrusted && wellBegun && armed()) run();
      });
    },
    stop() {
      observer.disconnect();
      window.removeEventListener('blur', changed);
      window.removeEventListener('focus', changed);
      document.removeEventListener('visibilitychange', changed, true);
    },
  };
}
