// Checkout: address in the open, card and password hidden from anyone who looks on.
import { basket, find, keep, money, total } from './catalogue.js';
import './site.js';

const form = document.querySelector('#checkout');
const lines = basket().filter((line) => find(line.id));
const list = document.querySelector('#summary');
for (const line of lines) {
  const item = find(line.id);
  const entry = document.createElement('div');
  entry.className = 'sum';
  entry.innerHTML = '<span></span><span></span>';
  entry.firstChild.textContent = `${line.count} × ${item.name}`;
  entry.lastChild.textContent = money(item.price * line.count);
  list.append(entry);
}

function count() {
  const way = form.elements.way.value;
  const sending = way === 'pickup' ? 0 : way === 'express' ? 29 : 12;
  const gift = form.querySelectorAll('[name=gift]:checked').length * 6;
  document.querySelector('#sending').textContent = sending === 0 ? 'free' : money(sending);
  document.querySelector('#total').textContent = money(total(lines) + sending + gift);
}

const all = document.querySelector('#gift-all');
const gifts = [...form.querySelectorAll('[name=gift]')];
function gather() {
  const on = gifts.filter((box) => box.checked).length;
  all.checked = on === gifts.length;
  all.indeterminate = on > 0 && on < gifts.length;
}
all.addEventListener('change', () => {
  for (const box of gifts) box.checked = all.checked;
  count();
});
form.addEventListener('input', () => {
  gather();
  count();
});
gifts[0].checked = true;
gather();
count();

const password = form.elements.password;
document.querySelector('#reveal').addEventListener('click', (event) => {
  const shown = password.type === 'text';
  password.type = shown ? 'password' : 'text';
  event.target.textContent = shown ? 'Show' : 'Hide';
});
form.elements.country.addEventListener('change', () => {
  document.querySelector('#country-note').textContent =
    form.elements.country.value === 'SE' ? 'Two days by post.' : 'Four to six days by post.';
});

const dialog = document.querySelector('#confirm');
form.addEventListener('submit', (event) => {
  event.preventDefault();
  document.querySelector('#confirm-name').textContent = form.elements.given.value || 'you';
  dialog.showModal();
});
dialog.addEventListener('close', () => {
  if (dialog.returnValue !== 'pay') return;
  keep([]);
  document.querySelector('#done').hidden = false;
  form.hidden = true;
});
