// Make your own lamp: a small client-side routed part. /app/shape, /app/shade, /app/words, /app/done
import { add, money } from './catalogue.js';
import { notice } from './site.js';

const steps = [
  ['shape', 'Shape'],
  ['shade', 'Shade'],
  ['words', 'Words'],
  ['done', 'Your lamp'],
];
const shapes = {
  cone: ['Cone', 'M330 120h140l70 190H260z'],
  dome: ['Dome', 'M250 310a150 160 0 0 1 300 0z'],
  drum: ['Drum', 'M280 130h240v180H280z'],
};
const shades = {
  linen: ['Linen', '#f3e3c4'],
  heather: ['Heather', '#a8635c'],
  sea: ['Sea', '#6f8791'],
  moss: ['Moss', '#8b9a6d'],
};
const lamp = { shape: 'cone', shade: 'linen', words: '', glow: 70 };
const root = document.querySelector('#maker');
const svg = 'http://www.w3.org/2000/svg';

const step = () => steps.find(([key]) => location.pathname.endsWith(`/${key}`))?.[0] ?? 'shape';

function draw() {
  const path = document.querySelector('#lamp-shade');
  path.setAttribute('d', shapes[lamp.shape][1]);
  path.setAttribute('fill', shades[lamp.shade][1]);
  document.querySelector('#lamp-glow').setAttribute('opacity', String(lamp.glow / 100));
  const words = document.querySelector('#lamp-words');
  words.textContent = lamp.words;
  document.querySelector('.bench').style.setProperty('--tone', shades[lamp.shade][1]);
}

function radios(name, options) {
  return `<fieldset class="form"><legend class="sr">${name}</legend>${Object.entries(options)
    .map(
      ([key, [text]]) =>
        `<label class="choice"><input type="radio" name="${name}" value="${key}"${lamp[name] === key ? ' checked' : ''}><b>${text}</b></label>`,
    )
    .join('')}</fieldset>`;
}

const views = {
  shape: () =>
    `<h2>Choose a shape</h2><p class="small">We turn it in the workshop; it takes two weeks.</p>${radios('shape', shapes)}`,
  shade: () =>
    `<h2>Choose a shade</h2>${radios('shade', shades)}<label class="field" style="margin-top:16px">How bright shall it look?<input type="range" name="glow" min="10" max="100" value="${lamp.glow}"></label>`,
  words: () =>
    '<h2>A few words under the foot</h2><p class="small">Up to 24 letters, stamped into the clay.</p><label class="field">Words<input name="words" maxlength="24" autocomplete="off"></label><p class="small">Write a note to the maker:</p><div id="note" class="panel" contenteditable="true" role="textbox" aria-label="Note to the maker">For the cottage.</div>',
  done: () =>
    `<h2>Your lamp</h2><dl class="facts"><dt>Shape</dt><dd>${shapes[lamp.shape][0]}</dd><dt>Shade</dt><dd>${shades[lamp.shade][0]}</dd><dt>Words</dt><dd id="chosen-words"></dd><dt>Price</dt><dd>${money(154)}</dd></dl><p></p><button class="btn primary" type="button" id="order">Put it in the basket</button>`,
};

function render() {
  const now = step();
  document.title = `${steps.find(([key]) => key === now)[1]} · Make your own · Nordlys`;
  document.querySelector('#steps').innerHTML = steps
    .map(([key, text]) => `<li><a href="/app/${key}"${key === now ? ' aria-current="step"' : ''}>${text}</a></li>`)
    .join('');
  root.innerHTML = views[now]();
  if (now === 'words') root.querySelector('[name=words]').value = lamp.words;
  if (now === 'done') {
    root.querySelector('#chosen-words').textContent = lamp.words || 'none';
    root.querySelector('#order').addEventListener('click', () => {
      add('fyr', 1, `${shapes[lamp.shape][0]}, ${shades[lamp.shade][0]}`);
      notice('Your lamp is in the basket');
    });
  }
  const at = steps.findIndex(([key]) => key === now);
  const next = document.querySelector('#next');
  next.hidden = at === steps.length - 1;
  next.href = `/app/${steps[Math.min(at + 1, steps.length - 1)][0]}`;
  draw();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="/app/"]');
  if (!link || event.metaKey || event.ctrlKey || event.defaultPrevented) return;
  event.preventDefault();
  history.pushState(null, '', link.href);
  render();
});
root.addEventListener('input', (event) => {
  const { name, value } = event.target;
  if (!(name in lamp)) return;
  lamp[name] = name === 'glow' ? Number(value) : value;
  draw();
});
addEventListener('popstate', render);

const bench = document.createElementNS(svg, 'svg');
bench.setAttribute('viewBox', '0 0 800 640');
bench.innerHTML = `<defs><radialGradient id="g"><stop offset="0" stop-color="#ffdf9e"/><stop offset="1" stop-color="#ffdf9e" stop-opacity="0"/></radialGradient>
  <linearGradient id="foot" x1="0" x2="1"><stop offset="0" stop-color="#d9cbb8"/><stop offset="1" stop-color="#94806a"/></linearGradient></defs>
  <rect y="520" width="800" height="120" fill="#b7a488"/><ellipse cx="400" cy="540" rx="150" ry="14" fill="#2b2118" opacity=".22"/>
  <circle id="lamp-glow" cx="400" cy="240" r="300" fill="url(#g)"/><path d="M352 540c-26-44-26-110 16-150h64c42 40 42 106 16 150z" fill="url(#foot)"/>
  <rect x="391" y="300" width="18" height="94" fill="#c39a55"/><path id="lamp-shade" stroke="#00000022"/>
  <text id="lamp-words" x="400" y="606" text-anchor="middle" font-family="Georgia, serif" font-size="24" fill="#4a3f31"></text>`;
document.querySelector('.bench').append(bench);
if (!steps.some(([key]) => location.pathname.endsWith(`/${key}`))) history.replaceState(null, '', '/app/shape');
render();
