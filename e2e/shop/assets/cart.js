// The basket: lines kept in sessionStorage, counted here.
import { basket, find, keep, money, picture, total } from './catalogue.js';
import './site.js';

const body = document.querySelector('#lines');
const empty = document.querySelector('#empty');
const full = document.querySelector('#full');

function row(line, lines) {
  const item = find(line.id);
  const tr = document.createElement('tr');
  tr.innerHTML = `<td><img alt=""></td><td><b></b><div class="small"></div></td><td><nl-stepper></nl-stepper></td><td></td><td><button class="btn link" type="button">Remove</button></td>`;
  const cells = tr.cells;
  cells[0].firstChild.src = picture(item);
  cells[1].firstChild.textContent = item.name;
  cells[1].lastChild.textContent = line.note || item.what;
  cells[3].textContent = money(item.price * line.count);
  const stepper = cells[2].firstChild;
  stepper.setAttribute('count', String(line.count));
  stepper.addEventListener('change', () => {
    line.count = stepper.count;
    cells[3].textContent = money(item.price * line.count);
    keep(lines);
    sum(lines);
  });
  cells[4].firstChild.addEventListener('click', () => {
    lines.splice(lines.indexOf(line), 1);
    tr.remove();
    keep(lines);
    sum(lines);
  });
  return tr;
}

function sum(lines) {
  const value = total(lines);
  empty.hidden = lines.length > 0;
  full.hidden = lines.length === 0;
  document.querySelector('#goods').textContent = money(value);
  document.querySelector('#sending').textContent = value >= 300 ? 'free' : money(12);
  document.querySelector('#total').textContent = money(value + (value >= 300 ? 0 : 12));
}

const lines = basket().filter((line) => find(line.id));
body.replaceChildren(...lines.map((line) => row(line, lines)));
sum(lines);
