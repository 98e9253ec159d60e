// Ratio bars as SVG: how many times the other side's cost ours is, with a line at 1×. Readable in light and dark.

const WIDTH = 720;
const LABEL = 250;
const RIGHT = 70;
const ROW = 24;
const TOP = 58;

const markup = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Steps of the axis: powers of two around what is shown. The axis is logarithmic, so 2× and ½× are as far from 1×. */
function axis(values) {
  const low = Math.min(0, Math.floor(Math.log2(Math.min(...values))));
  const high = Math.max(1, Math.ceil(Math.log2(Math.max(...values))));
  return { low, high, x: (value) => LABEL + ((Math.log2(value) - low) / (high - low)) * (WIDTH - LABEL - RIGHT) };
}

const times = (value) => `${value >= 10 ? value.toFixed(0) : value.toFixed(1)}×`;

/**
 * @param {{ title: string, note: string, bars: { label: string, value: number, group?: string }[] }} plot
 */
export function ratioPlot({ title, note, bars }) {
  const shown = bars.filter(({ value }) => Number.isFinite(value) && value > 0);
  const { low, high, x } = axis(shown.map(({ value }) => value));
  const height = TOP + shown.length * ROW + 34;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${markup(title)}">`,
    `<title>${markup(title)}</title>`,
    '<style>text{font:13px system-ui,sans-serif;fill:#24292f}.t{font-weight:600;font-size:15px}.n{font-size:12px;fill:#57606a}',
    '.g{stroke:#d0d7de}.one{stroke:#24292f;stroke-width:1.5}.b{fill:#1a7f64}.w{fill:#b35900}',
    '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.n{fill:#9198a1}.g{stroke:#3d444d}.one{stroke:#e6edf3}.b{fill:#3fb68b}.w{fill:#e09b3d}}</style>',
    `<text class="t" x="0" y="18">${markup(title)}</text><text class="n" x="0" y="38">${markup(note)}</text>`,
  ];
  const bottom = TOP + shown.length * ROW;
  for (let power = low; power <= high; power++) {
    const at = x(2 ** power).toFixed(1);
    const kind = power === 0 ? 'one' : 'g';
    const label = power < 0 ? `1/${2 ** -power}×` : `${2 ** power}×`;
    out.push(`<line class="${kind}" x1="${at}" x2="${at}" y1="${TOP - 6}" y2="${bottom + 4}"/>`);
    out.push(`<text class="n" x="${at}" y="${bottom + 20}" text-anchor="middle">${label}</text>`);
  }
  shown.forEach(({ label, value }, row) => {
    const y = TOP + row * ROW;
    const [from, to] = [x(1), x(value)].sort((a, b) => a - b);
    const width = Math.max(1, to - from).toFixed(1);
    out.push(`<text x="${LABEL - 10}" y="${y + 14}" text-anchor="end">${markup(label)}</text>`);
    out.push(
      `<rect class="${value < 1 ? 'w' : 'b'}" x="${from.toFixed(1)}" y="${y + 3}" width="${width}" height="${ROW - 8}" rx="2"/>`,
    );
    out.push(`<text x="${(Math.max(to, x(1)) + 6).toFixed(1)}" y="${y + 14}">${times(value)}</text>`);
  });
  out.push('</svg>');
  return `${out.join('\n')}\n`;
}
