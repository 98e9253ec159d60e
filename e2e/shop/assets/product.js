// One product: pictures, colours, how many, reviews.
import { add, catalogue, find, money, picture } from './catalogue.js';
import { notice } from './site.js';

const item = find(new URLSearchParams(location.search).get('id')) ?? catalogue[0];
const at = (id) => document.querySelector(`#${id}`);
document.title = `${item.name}, ${item.what.toLowerCase()} · Nordlys`;
at('name').textContent = item.name;
at('what').textContent = item.what;
at('price').textContent = money(item.price);
at('text').textContent = item.text;
at('size').textContent = item.size;
at('made').textContent = item.materials.join(' and ').toLowerCase();
at('stock').textContent = item.stock > 0 ? `${item.stock} ready to send` : 'Made to order, six weeks';
at('picture').src = picture(item);
at('picture').alt = `${item.name}, ${item.what.toLowerCase()}`;

const others = catalogue.filter((each) => each.kind === item.kind && each.id !== item.id).slice(0, 3);
const thumbs = at('thumbs');
for (const each of [item, ...others.slice(0, 2)]) {
  const button = document.createElement('button');
  button.type = 'button';
  button.setAttribute('aria-pressed', String(each === item));
  button.innerHTML = `<img src="${picture(each)}" alt="${each.name}">`;
  button.addEventListener('click', () => {
    at('picture').src = picture(each);
    for (const other of thumbs.children) other.setAttribute('aria-pressed', String(other === button));
  });
  thumbs.append(button);
}
for (const each of others) {
  const card = document.createElement('nl-card');
  card.setAttribute('product', each.id);
  at('others').append(card);
}

at('buy').addEventListener('submit', (event) => {
  event.preventDefault();
  const colour = new FormData(event.target).get('colour') ?? '';
  add(item.id, document.querySelector('nl-stepper').count, String(colour));
  notice(`${item.name} is in your basket`);
});
at('measure').addEventListener('click', () => at('sizes').showModal());
at('sizes').addEventListener('click', (event) => {
  if (event.target.closest('[data-close]')) at('sizes').close();
});

const list = at('reviews');
at('review').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = event.target.elements.words.value.trim();
  if (text === '') return;
  const entry = document.createElement('li');
  entry.append('You, today: ', text);
  list.prepend(entry);
  event.target.reset();
});
