// The account: what is shown here is nobody's business but the visitor's, so all of it is marked.
import { money } from './catalogue.js';
import './site.js';

const form = document.querySelector('#sign-in');
const box = document.querySelector('#account');
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const name = form.elements.email.value.split('@')[0] || 'guest';
  box.innerHTML =
    '<h2></h2><dl class="facts"><dt>Customer number</dt><dd>NL-204 118</dd><dt>Credit</dt><dd id="credit"></dd><dt>Last order</dt><dd>Fyr, sent on 3 October</dd></dl>';
  box.firstChild.textContent = `Hej, ${name}`;
  let credit = 40;
  const show = () => {
    box.querySelector('#credit').textContent = money(credit);
    credit += 1;
  };
  show();
  if (!new URLSearchParams(location.search).has('still')) setInterval(show, 2500);
  box.hidden = false;
  // biome-ignore lint/suspicious/noDocumentCookie: what a shop's server would have set
  document.cookie = 'nordlys=member; path=/own/; SameSite=Strict';
  const room = document.querySelector('#room');
  const picture = room.querySelector('img');
  picture.src = picture.dataset.src;
  room.hidden = false;
  form.hidden = true;
});
