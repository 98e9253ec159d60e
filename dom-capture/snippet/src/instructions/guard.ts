// What no agent may touch, whatever the edge lets through (docs/protocol.md, 4.5). Asked of the element an
// instruction names, and again of whatever would really receive it.
import { Result } from '../protocol';
import { outwards, type Page, within } from './page';

/** Where a link or form may lead; no `javascript:`, `data:`, `blob:`, and no other program either. */
const ALLOWED = /^https?:$/;

/** Why an element may not be controlled, or undefined if it may. */
export function refusal(page: Page, element: Element): number | undefined {
  if (!element.isConnected) return Result.gone;
  if (element.ownerDocument !== document) return Result.notAllowed;
  for (const at of outwards(element)) {
    if (page.isOwn(at)) return Result.notAllowed;
    if (page.isSensitive(at)) return Result.sensitive;
  }
  if (page.isHidden(element)) return Result.masked;
  for (const at of outwards(element)) if (page.isNoControl(at)) return Result.notAllowed;
  return isDisabled(element) ? Result.disabled : undefined;
}

/** Disabled, inert, behind a modal dialog, or not visible. */
function isDisabled(element: Element): boolean {
  for (const at of outwards(element)) if (at.matches(':disabled:not(fieldset, optgroup), [inert]')) return true;
  const modal = topModal();
  if (modal && !within(element, modal)) return true;
  return !isVisible(element);
}

function topModal(): Element | undefined {
  try {
    return [...document.querySelectorAll('dialog:modal')].at(-1);
  } catch {
    return undefined; // an older browser has no :modal
  }
}

function isVisible(element: Element): boolean {
  if (typeof element.checkVisibility === 'function') return element.checkVisibility({ visibilityProperty: true });
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible';
}

/** Why pressing this element may not do what it would do: where it leads, what it fills in, what it sends. */
export function refusalToActivate(page: Page, element: Element): number | undefined {
  for (const at of outwards(element)) {
    if (isLink(at) && (!leadsToWeb(linkTarget(at), at) || at.hasAttribute('download'))) return Result.notAllowed;
    if (at instanceof HTMLLabelElement && at.control) {
      const control = refusal(page, at.control);
      // A field that only its label shows may be invisible itself.
      if (control !== undefined && (control !== Result.disabled || at.control.matches(':disabled'))) return control;
    }
    if (at instanceof HTMLIFrameElement || at instanceof HTMLObjectElement || at instanceof HTMLEmbedElement)
      return Result.notAllowed;
    if (at.matches('button, input') && !formIsWeb(at)) return Result.notAllowed;
  }
  return undefined;
}

/** Would sending this button's form lead to the web? */
export function formIsWeb(button: Element): boolean {
  const { form } = button as HTMLButtonElement | HTMLInputElement; // the caller names such elements only
  const action = button.getAttribute('formaction') ?? form?.getAttribute('action');
  return !action || leadsToWeb(action, button);
}

function isLink(element: Element): boolean {
  return (element.localName === 'a' || element.localName === 'area') && linkTarget(element) !== null;
}

function linkTarget(element: Element): string | null {
  return element.getAttribute('href') ?? element.getAttributeNS('http://www.w3.org/1999/xlink', 'href');
}

function leadsToWeb(target: string | null, element: Element): boolean {
  try {
    return ALLOWED.test(new URL(target ?? '', element.baseURI).protocol);
  } catch {
    return false;
  }
}
