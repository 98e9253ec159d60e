// Ways out of the page: history, links, forms, `location`. What markup and setters did not map is caught at the last
// moment: clicks and submissions before they act, everything else by the Navigation API.
import type { Addresses } from './addresses';
import type { Markup } from './markup';
import { apply, call, methodOf, patchMethod, safely } from './patch';
import { parse } from './places';

type Realm = Window & typeof globalThis;

interface NavigateEvent extends Event {
  destination: { url: string };
  navigationType: string;
  formData: FormData | null;
  downloadRequest: string | null;
  sourceElement?: Element | null;
}

export class Navigation {
  constructor(
    private readonly realm: Realm,
    private readonly to: Addresses,
    private readonly markup: Markup,
    private readonly before: () => void,
  ) {}

  patch(): void {
    const { realm, to } = this;
    for (const name of ['pushState', 'replaceState']) {
      patchMethod(realm.History.prototype, name, (native, self, [state, title, url, ...rest]) => {
        const mapped = url === undefined || url === null ? url : safely(String(url), (one) => to.proxied(one));
        return apply(native, self, [state, title, mapped, ...rest]);
      });
    }
    patchMethod(realm.HTMLFormElement.prototype, 'submit', (native, self, args) => {
      this.before();
      if (self instanceof realm.HTMLFormElement) this.settle(self);
      return apply(native, self, args);
    });
    const navigation: EventTarget | undefined = (realm as unknown as { navigation?: EventTarget }).navigation; // newer than the types
    navigation?.addEventListener('navigate', (event) => this.navigate(event as NavigateEvent)); // so the browser calls it
    this.listen();
  }

  /** Listeners of the window, which `document.open` takes away. */
  listen(): void {
    const add = methodOf(this.realm.EventTarget.prototype, 'addEventListener');
    if (!add) return;
    for (const type of ['click', 'auxclick', 'submit']) call(add, this.realm, type, this.act, true);
  }

  private readonly act = (event: Event): void => {
    if (event.type === 'submit') this.before();
    const elements = event.composedPath();
    for (const one of elements) {
      if (one instanceof this.realm.Element && /^(?:a|area|form)$/.test(this.markup.nameOf(one))) this.settle(one);
    }
    if ('submitter' in event && event.submitter instanceof this.realm.Element) this.settle(event.submitter);
  };

  private settle(element: Element): void {
    safely(false, () => this.markup.element(element));
  }

  private navigate(event: NavigateEvent): void {
    const url = parse(event.destination.url);
    if (!url || !/^https?:$/.test(url.protocol) || this.to.direct(url)) return;
    if (!event.cancelable) return;
    const mapped = this.to.proxied(url.href);
    // Our own hosts go on, but for addresses of ours in their queries.
    if (mapped === url.href || this.to.places.isOurs(url.host)) return;
    event.preventDefault();
    this.before();
    if (event.formData) this.submit(mapped, event.formData, event.sourceElement);
    else if (event.downloadRequest !== null) this.download(mapped, event.downloadRequest);
    else if (event.navigationType === 'replace') this.realm.location.replace(mapped);
    else this.realm.location.assign(mapped);
  }

  /** The same form once more, to where it should go. */
  private submit(url: string, data: FormData, source: Element | null | undefined): void {
    const { document, HTMLFormElement } = this.realm;
    const form = document.createElement('form');
    form.method = 'post';
    form.hidden = true;
    const owner = source instanceof HTMLFormElement ? source : source?.closest('form');
    if (owner) form.enctype = owner.enctype;
    form.action = url;
    const send = (event: FormDataEvent): void => {
      for (const name of Array.from(event.formData.keys())) event.formData.delete(name);
      data.forEach((value, name) => void event.formData.append(name, value));
    };
    form.addEventListener('formdata', send);
    document.documentElement.append(form);
    form.submit();
    form.remove();
  }

  private download(url: string, name: string): void {
    const link = this.realm.document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
  }
}
