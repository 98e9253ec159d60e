// The parts of the home page that move by themselves: what the workshop has in stock, and its day.
import { catalogue } from './catalogue.js';
import './site.js';

const table = document.querySelector('#ticker');
const rows = new Map();
for (const item of catalogue.filter((each) => each.stock > 0).slice(0, 6)) {
  const row = table.insertRow();
  row.insertCell().textContent = item.name;
  const cell = row.insertCell();
  cell.textContent = `${item.stock} left`;
  rows.set(item.id, { stock: item.stock, cell });
}

let turn = 0;
function tick() {
  const ids = [...rows.keys()];
  const row = rows.get(ids[turn % ids.length]);
  const by = turn % 4 === 3 ? 2 : -1;
  row.stock = Math.max(1, row.stock + by);
  row.cell.firstChild.data = `${row.stock} left`;
  row.cell.className = by > 0 ? 'up' : 'down';
  turn += 1;
}

const day = [
  'Elsa fired the kiln. Eleven feet for Fyr inside.',
  'Two Droppe came off the pipe; one has a bubble like a pearl. We keep it.',
  'The linen for October is dyed and hangs in the garden.',
  'Olle sands the elm for a Strand that goes to Bergen.',
  'Coffee. The good cinnamon buns.',
  'A Stav from 2011 came home for new feet.',
  'Rain over Fårö. The lamps are lit early.',
  'Packed: four parcels, all paper, no plastic.',
];
const log = document.querySelector('#log');
let said = 0;
function say() {
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  item.append(time, day[said % day.length]);
  log.append(item);
  while (log.children.length > 30) log.firstElementChild.remove();
  log.scrollTop = log.scrollHeight;
  said += 1;
}
for (let i = 0; i < 4; i += 1) say();

// `?still` keeps the page quiet, for pictures and for exact comparisons.
if (!new URLSearchParams(location.search).has('still')) {
  setInterval(tick, 1900);
  setInterval(say, 3700);
}
