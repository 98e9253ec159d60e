// What Nordlys makes, and the basket that a visit fills.
export const catalogue = [
  {
    id: 'skymning',
    kind: 'lamp',
    name: 'Skymning',
    what: 'Linen pendant',
    price: 186,
    stock: 7,
    materials: ['Linen', 'Oak'],
    text: 'A shade of washed linen stretched over a steamed oak ring. The light falls soft and wide, the way it does in the hour after sunset.',
    size: '42 × 24 cm, cable 2 m',
  },
  {
    id: 'droppe',
    kind: 'lamp',
    name: 'Droppe',
    what: 'Glass pendant',
    price: 240,
    stock: 3,
    materials: ['Glass', 'Brass'],
    text: 'One breath of glass and a brass collar. Every drop is blown in Visby and no two hang quite alike.',
    size: '28 × 36 cm, cable 2 m',
  },
  {
    id: 'fyr',
    kind: 'lamp',
    name: 'Fyr',
    what: 'Table lamp',
    price: 154,
    stock: 11,
    materials: ['Stoneware', 'Linen'],
    text: 'A stoneware foot thrown by hand, ribbed by two fingers while the clay is still wet. It is heavy, and stays where you put it.',
    size: '31 × 46 cm',
  },
  {
    id: 'halvmane',
    kind: 'lamp',
    name: 'Halvmåne',
    what: 'Wall lamp',
    price: 128,
    stock: 9,
    materials: ['Paper', 'Oak'],
    text: 'Pressed paper behind an oak rail, with a pull cord. For beds, corners and long hallways.',
    size: '34 × 18 cm',
  },
  {
    id: 'stav',
    kind: 'lamp',
    name: 'Stav',
    what: 'Floor lamp',
    price: 320,
    stock: 4,
    materials: ['Linen', 'Ash'],
    text: 'Three legs of ash that fold flat. Take it out to the porch; it was made to be moved.',
    size: '52 × 148 cm',
  },
  {
    id: 'ljung',
    kind: 'lamp',
    name: 'Ljung',
    what: 'Reading lamp',
    price: 142,
    stock: 0,
    materials: ['Steel'],
    text: 'Powder-coated in the red of August heather. The arm turns, the head tilts, the page stays lit.',
    size: '24 × 44 cm',
  },
  {
    id: 'strand',
    kind: 'table',
    name: 'Strand',
    what: 'Dining table',
    price: 1480,
    stock: 2,
    materials: ['Elm'],
    text: 'Planks of one Gotland elm, oiled and left plain. Seats eight, or ten who like each other.',
    size: '220 × 92 × 74 cm',
  },
  {
    id: 'klint',
    kind: 'table',
    name: 'Klint',
    what: 'Side table',
    price: 390,
    stock: 6,
    materials: ['Limestone', 'Ash'],
    text: 'A limestone top with the sea still in it: look for the fossils. Three turned legs of ash.',
    size: '45 × 48 cm',
  },
  {
    id: 'varp',
    kind: 'table',
    name: 'Varp',
    what: 'Console table',
    price: 720,
    stock: 5,
    materials: ['Oak'],
    text: 'Smoked oak, two drawers and a rail for slippers. For the place where keys and letters land.',
    size: '120 × 36 × 78 cm',
  },
];
export const find = (id) => catalogue.find((item) => item.id === id);
export const money = (value) => `€ ${value.toLocaleString('en-GB')}`;
export const picture = (item) => `/pictures/${item.id}.svg`;

const place = 'nordlys.basket';
export function basket() {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? '[]');
  } catch {
    return [];
  }
}
export function keep(lines) {
  sessionStorage.setItem(place, JSON.stringify(lines));
  dispatchEvent(new Event('basket'));
}
export function add(id, count, note = '') {
  const lines = basket();
  const same = lines.find((line) => line.id === id && line.note === note);
  if (same) same.count += count;
  else lines.push({ id, count, note });
  keep(lines);
}
export function total(lines) {
  return lines.reduce((sum, line) => sum + (find(line.id)?.price ?? 0) * line.count, 0);
}
