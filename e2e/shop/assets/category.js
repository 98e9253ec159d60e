// A shelf with filters: the list is rebuilt from the catalogue on each change.
import { catalogue } from './catalogue.js';
import './site.js';

const kind = document.querySelector('main').dataset.kind;
const items = catalogue.filter((item) => item.kind === kind);
const form = document.querySelector('#filters');
const list = document.querySelector('#list');
const all = document.querySelector('#all-materials');
const materials = [...new Set(items.map((item) => item.materials[0]))].sort();

const holder = document.querySelector('#materials');
for (const name of materials) {
  const label = document.createElement('label');
  label.className = 'check sub';
  label.innerHTML = '<input type="checkbox" name="material" checked>';
  label.firstChild.value = name;
  label.append(name);
  holder.append(label);
}
const boxes = [...holder.querySelectorAll('input')];
const top = form.elements.top;
top.max = String(Math.max(...items.map((item) => item.price)));
top.min = String(Math.min(...items.map((item) => item.price)));
top.value = top.max;

function show() {
  const on = boxes.filter((box) => box.checked).map((box) => box.value);
  all.checked = on.length === boxes.length;
  all.indeterminate = on.length > 0 && on.length < boxes.length;
  document.querySelector('#top-value').textContent = `up to € ${Number(top.value).toLocaleString('en-GB')}`;
  const found = items
    .filter((item) => on.includes(item.materials[0]))
    .filter((item) => item.price <= Number(top.value))
    .filter((item) => !form.elements.stock.checked || item.stock > 0);
  const order = form.elements.order.value;
  if (order === 'price') found.sort((a, b) => a.price - b.price);
  if (order === 'price-down') found.sort((a, b) => b.price - a.price);
  if (order === 'name') found.sort((a, b) => a.name.localeCompare(b.name));
  list.replaceChildren(
    ...found.map((item) => {
      const card = document.createElement('nl-card');
      card.setAttribute('product', item.id);
      const text = document.createElement('span');
      text.textContent = item.stock > 0 ? `${item.stock} ready to send` : 'Made to order, six weeks';
      card.append(text);
      return card;
    }),
  );
  if (found.length === 0) list.innerHTML = '<p class="empty">Nothing like that on the shelf. Try another material.</p>';
  document.querySelector('#found').textContent = `${found.length} of ${items.length}`;
}

all.addEventListener('change', () => {
  for (const box of boxes) box.checked = all.checked;
  show();
});
form.addEventListener('input', show);
form.addEventListener('change', show);
form.addEventListener('reset', () => setTimeout(show));
show();
