// Header, footer and the shop's own elements, on every page.
import { basket, find, money, picture } from './catalogue.js';

// Commands given before the co-browsing script has loaded wait in its queue.
window.coview ??= function queue(...args) {
  queue.q ??= [];
  queue.q.push(args);
};

const links = [
  ['/lamps/', 'Lamps'],
  ['/tables/', 'Tables'],
  ['/app/shape', 'Make your own'],
  ['/account/', 'Account'],
];

class Header extends HTMLElement {
  connectedCallback() {
    const here = location.pathname;
    const item = ([href, text]) => {
      const now = here.startsWith(`/${href.split('/')[1]}/`);
      return `<a href="${href}"${now ? ' aria-current="page"' : ''}>${text}</a>`;
    };
    this.innerHTML = `<div class="news"><div class="wrap"><span>Sent for free from € 300</span><span>Workshop open Tuesday to Saturday</span></div></div>
    <header class="top"><div class="wrap">
      <a class="brand" href="/"><img src="/pictures/mark.svg" alt=""><span>Nordlys</span></a>
      <nav aria-label="Shop">${links.map(item).join('')}</nav>
      <a class="basket" href="/cart/">Basket<span class="count" id="basket-count">0</span></a>
    </div></header>`;
    this.show = () => {
      const count = basket().reduce((sum, line) => sum + line.count, 0);
      this.querySelector('#basket-count').firstChild.data = String(count);
    };
    addEventListener('basket', this.show);
    this.show();
  }
  disconnectedCallback() {
    removeEventListener('basket', this.show);
  }
}

class Footer extends HTMLElement {
  connectedCallback() {
    this.innerHTML = `<footer class="bottom"><div class="wrap">
      <div><h3>Nordlys</h3><p>Handmade lamps and tables from Gotland.<br>Workshop open Tuesday to Saturday.</p></div>
      <div><h3>Good to know</h3><ul><li>Repairs for life</li><li>30 days to change your mind</li><li>Sent without plastic</li></ul></div>
      <div><h3>Would you like a hand?</h3><p>We can look at this page together. You decide, and you can stop at any time.</p>
      <div class="acts"><button class="btn" id="ask-help" type="button">Ask for help</button><button class="btn" id="show-code" type="button">Show my code</button></div></div>
    </div></footer>`;
    this.querySelector('#ask-help').addEventListener('click', () => window.coview('requestAgent'));
    this.querySelector('#show-code').addEventListener('click', () => window.coview('getLookupCode'));
  }
}

const cardSheet = new CSSStyleSheet();
cardSheet.replaceSync(`
  :host { display: block; }
  a { display: block; color: inherit; text-decoration: none; }
  .frame { overflow: hidden; border-radius: 10px; background: var(--sand); }
  img { display: block; width: 100%; aspect-ratio: 5 / 4; object-fit: cover; transition: transform .5s; }
  @media (prefers-reduced-motion: no-preference) { a:hover img { transform: scale(1.03); } }
  .text { display: flex; justify-content: space-between; gap: 12px; padding: 10px 2px 0; }
  h3 { margin: 0; font: 500 19px/1.2 var(--serif); }
  p { margin: 2px 0 0; font-size: 14px; color: var(--soft); }
  .price { font: 500 17px var(--serif); }
  ::slotted(*) { font-size: 13px; color: var(--good); }
`);

/** A product in a list: a shadow root with the picture, a slot for what is said about it. */
class Card extends HTMLElement {
  static observedAttributes = ['product'];
  #root = this.attachShadow({ mode: 'open' });
  connectedCallback() {
    this.#root.adoptedStyleSheets = [cardSheet];
    this.attributeChangedCallback();
  }
  attributeChangedCallback() {
    const item = find(this.getAttribute('product'));
    if (!item) return;
    this.#root.innerHTML = `<a href="/product/?id=${item.id}"><div class="frame"><img src="${picture(item)}" alt="" loading="lazy"></div>
      <div class="text"><div><h3>${item.name}</h3><p>${item.what}</p></div><span class="price">${money(item.price)}</span></div><slot></slot></a>`;
  }
}

const stepperSheet = new CSSStyleSheet();
stepperSheet.replaceSync(`
  :host { display: inline-flex; align-items: center; border: 1px solid #cfc6b6; border-radius: 22px; height: 44px; background: #fff; }
  button { width: 42px; height: 42px; border: 0; background: none; font: 20px var(--sans); color: inherit; cursor: pointer; border-radius: 21px; }
  button:disabled { opacity: .35; }
  output { min-width: 26px; text-align: center; font-variant-numeric: tabular-nums; }
  button:focus-visible { outline: 2px solid var(--lamp); }
`);

/** How many: two buttons and a number in a shadow root. */
class Stepper extends HTMLElement {
  #root = this.attachShadow({ mode: 'open' });
  #count = 1;
  connectedCallback() {
    this.#root.adoptedStyleSheets = [stepperSheet];
    this.#root.innerHTML =
      '<button type="button" part="less" aria-label="One less">−</button><output>1</output><button type="button" part="more" aria-label="One more">+</button>';
    const [less, more] = this.#root.querySelectorAll('button');
    less.addEventListener('click', () => this.#change(-1));
    more.addEventListener('click', () => this.#change(1));
    this.count = Number(this.getAttribute('count') ?? 1);
  }
  get count() {
    return this.#count;
  }
  set count(value) {
    this.#count = Math.min(20, Math.max(1, value));
    const output = this.#root.querySelector('output');
    if (output) output.textContent = String(this.#count);
    const less = this.#root.querySelector('[part=less]');
    if (less) less.disabled = this.#count === 1;
  }
  #change(by) {
    this.count += by;
    this.dispatchEvent(new Event('change', { bubbles: true, composed: true }));
  }
}

customElements.define('nl-header', Header);
customElements.define('nl-footer', Footer);
customElements.define('nl-card', Card);
customElements.define('nl-stepper', Stepper);

/** A short notice at the lower edge; it goes by itself. */
export function notice(text) {
  document.querySelector('.notice')?.remove();
  const box = document.createElement('div');
  box.className = 'notice';
  box.role = 'status';
  box.append(text);
  document.body.append(box);
  setTimeout(() => box.remove(), 2600);
}
