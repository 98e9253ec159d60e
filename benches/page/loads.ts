// What a page does while it is shared: the same changes for every side, in a table the load builds itself.

export interface Load {
  name: string;
  /** Changes of the tree that the load makes, for costs per change. */
  ops: number;
  /** Builds what the load changes; not measured. */
  prepare(host: HTMLElement): void;
  /** Makes the changes; one that takes several tasks says when it was about to make the last of them. */
  run(host: HTMLElement): void | Promise<number>;
}

const row = (n: number): HTMLTableRowElement => {
  const tr = document.createElement('tr');
  tr.className = n % 2 ? 'odd' : 'even';
  for (let column = 0; column < 5; column++) {
    const td = document.createElement('td');
    if (column === 0) td.dataset.order = String(n);
    td.textContent = `cell ${n}.${column}`;
    tr.append(td);
  }
  return tr;
};

const table = (host: HTMLElement, rows: number): HTMLElement => {
  const body = document.createElement('tbody');
  for (let n = 0; n < rows; n++) body.append(row(n));
  const whole = document.createElement('table');
  whole.className = 'table table-bordered';
  whole.append(body);
  host.replaceChildren(whole);
  return body;
};

const boxes = (host: HTMLElement, count: number): void => {
  const all: HTMLElement[] = [];
  for (let n = 0; n < count; n++) {
    const box = document.createElement('div');
    box.textContent = `box ${n}`;
    all.push(box);
  }
  host.replaceChildren(...all);
};

const bodyOf = (host: HTMLElement): HTMLElement => host.querySelector('tbody') ?? host;

/** A fixed sequence that looks random: every run and side shuffles alike. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

export const loads: readonly Load[] = [
  {
    name: 'append 1000 rows',
    ops: 1000,
    prepare: (host) => void table(host, 0),
    run(host) {
      const body = bodyOf(host);
      for (let n = 0; n < 1000; n++) body.append(row(n));
    },
  },
  {
    name: '10,000 attribute changes',
    ops: 10_000,
    prepare: (host) => boxes(host, 2500),
    run(host) {
      let n = 0;
      for (const box of host.children as HTMLCollectionOf<HTMLElement>) {
        box.className = `state-${n % 7}`;
        box.setAttribute('data-x', String(n));
        box.setAttribute('aria-label', `box number ${n}`);
        box.style.color = `rgb(${n % 256}, 0, 0)`;
        n++;
      }
    },
  },
  {
    name: '100 elements × 100 style writes',
    ops: 10_000,
    prepare: (host) => boxes(host, 100),
    run(host) {
      for (let turn = 0; turn < 100; turn++) {
        for (const box of host.children as HTMLCollectionOf<HTMLElement>) {
          box.style.transform = `translate(${turn}px, ${turn * 2}px)`;
        }
      }
    },
  },
  {
    name: 'shuffle 1000 rows',
    ops: 1000,
    prepare: (host) => void table(host, 1000),
    run(host) {
      const body = bodyOf(host);
      const rows = [...body.children];
      const random = generator(42);
      for (let n = rows.length - 1; n > 0; n--) {
        const other = Math.floor(random() * (n + 1));
        const [a, b] = [rows[n], rows[other]];
        if (a && b) [rows[n], rows[other]] = [b, a];
      }
      for (const one of rows) body.append(one);
    },
  },
  {
    name: 'innerHTML replaces 300 rows',
    ops: 300,
    prepare: (host) => void table(host, 300),
    run(host) {
      const body = bodyOf(host);
      const html: string[] = [];
      for (let n = 0; n < 300; n++) {
        html.push(
          `<tr class="fresh"><td>${n}</td><td>name ${n}</td><td>place ${n}</td><td>${n * 3}</td><td>x</td></tr>`,
        );
      }
      body.innerHTML = html.join('');
    },
  },
  {
    name: '60 ticks × 200 texts',
    ops: 12_000,
    prepare: (host) => void table(host, 40),
    async run(host) {
      const texts = [...host.querySelectorAll('td')].map((cell) => cell.firstChild);
      let last = 0;
      for (let tick = 0; tick < 60; tick++) {
        await frame();
        last = performance.now();
        texts.forEach((text, n) => {
          if (text) text.nodeValue = `${(tick * 7919 + n * 104729) % 100_000}`;
        });
      }
      return last;
    },
  },
];
