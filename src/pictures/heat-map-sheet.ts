import sharp from 'sharp';
import { FORGOTTEN, TEXT } from './chart';

/** An image and what a model sees of a class in it, before and after. */
export interface HeatRow {
  /** RGB, row by row, three bytes a pixel; square. */
  readonly image: Uint8Array;
  readonly side: number;
  /** What the maps ask about, such as the class. */
  readonly label: string;
  readonly forgotten: boolean;
  /** Values of the image's places, row by row; square. */
  readonly before: Float32Array;
  readonly after: Float32Array;
}

/** Side of a picture on the sheet, in pixels. */
const CELL = 168;
const GAP = 10;
const NAMES = 130;
const HEAD = 96;
const FOOT = 76;
const COLUMNS = ['image', 'before', 'after'] as const;

/**
 * A sheet as PNG: one row an image, the columns image, before and after. Red where a place looks like the class, blue
 * where it looks unlike it, on one scale for the whole sheet, so that colours of two maps can be compared.
 *
 * @param unit what the values are, for the scale's legend
 */
export async function heatMapSheet(rows: readonly HeatRow[], title: string, unit: string): Promise<Buffer> {
  const values = rows.flatMap(({ before, after }) => [...before, ...after].map(Math.abs)).sort((a, b) => a - b);
  // Not the largest: one extreme place would make all others pale.
  const limit = values[Math.floor(0.98 * (values.length - 1))] || 1;
  const width = NAMES + COLUMNS.length * (CELL + GAP) + GAP;
  const height = HEAD + rows.length * (CELL + GAP) + FOOT;
  const layers: sharp.OverlayOptions[] = [{ input: Buffer.from(frame(rows, width, height, title, unit, limit)) }];
  for (const [r, row] of rows.entries()) {
    const base = await enlarged(row.image, row.side, 'cubic');
    const pictures = [base, await overlaid(base, row.before, limit), await overlaid(base, row.after, limit)];
    for (const [c, input] of pictures.entries()) {
      const raw = { width: CELL, height: CELL, channels: 3 } as const;
      layers.push({ input, raw, left: NAMES + c * (CELL + GAP), top: HEAD + r * (CELL + GAP) });
    }
  }
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite(layers)
    .removeAlpha()
    .png({ compressionLevel: 9 })
    .toBuffer();
}

async function enlarged(rgb: Uint8Array, side: number, kernel: 'cubic' | 'nearest'): Promise<Buffer> {
  const raw = { width: side, height: side, channels: 3 } as const;
  return sharp(rgb, { raw }).resize(CELL, CELL, { kernel }).removeAlpha().toColourspace('srgb').raw().toBuffer();
}

/** The image in grey under the map's colours. */
async function overlaid(base: Buffer, map: Float32Array, limit: number): Promise<Buffer> {
  const side = Math.round(Math.sqrt(map.length));
  const out = Buffer.alloc(base.length);
  for (let y = 0; y < CELL; y++)
    for (let x = 0; x < CELL; x++) {
      const at = 3 * (y * CELL + x);
      const grey = 0.299 * base[at]! + 0.587 * base[at + 1]! + 0.114 * base[at + 2]!;
      const strength = Math.max(-1, Math.min(1, bilinear(map, side, x, y) / limit));
      const [red, green, blue] = strength >= 0 ? [214, 39, 40] : [31, 119, 180];
      const alpha = 0.75 * Math.abs(strength);
      const light = 70 + 0.65 * grey;
      out[at] = Math.round((1 - alpha) * light + alpha * red!);
      out[at + 1] = Math.round((1 - alpha) * light + alpha * green!);
      out[at + 2] = Math.round((1 - alpha) * light + alpha * blue!);
    }
  return out;
}

/** The map at a pixel of the sheet's cell; values are those of the places' centres. */
function bilinear(map: Float32Array, side: number, x: number, y: number): number {
  const place = (at: number) => Math.max(0, Math.min(side - 1, ((at + 0.5) / CELL) * side - 0.5));
  const [px, py] = [place(x), place(y)];
  const [x0, y0] = [Math.floor(px), Math.floor(py)];
  const [x1, y1] = [Math.min(side - 1, x0 + 1), Math.min(side - 1, y0 + 1)];
  const [fx, fy] = [px - x0, py - y0];
  const value = (column: number, row: number) => map[row * side + column]!;
  const upper = (1 - fx) * value(x0, y0) + fx * value(x1, y0);
  const lower = (1 - fx) * value(x0, y1) + fx * value(x1, y1);
  return (1 - fy) * upper + fy * lower;
}

/** Everything but the pictures. */
function frame(
  rows: readonly HeatRow[],
  width: number,
  height: number,
  title: string,
  unit: string,
  limit: number,
): string {
  const text = (
    x: number,
    y: number,
    content: string,
    { size = 14, fill = TEXT, weight = 'normal', anchor = 'start' } = {},
  ) =>
    `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" font-weight="${weight}" text-anchor="${anchor}">${escaped(content)}</text>`;
  const middle = (column: number) => NAMES + column * (CELL + GAP) + CELL / 2;
  const scaleAt = height - FOOT + 12;
  const [from, to] = [NAMES + CELL + GAP, NAMES + 3 * CELL + 2 * GAP];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif">
    <defs><linearGradient id="scale"><stop offset="0" stop-color="#1f77b4"/><stop offset="0.5" stop-color="#e8e8e8"/><stop offset="1" stop-color="#d62728"/></linearGradient></defs>
    ${text(GAP, 28, title, { size: 17, weight: 'bold' })}
    ${text(GAP, 50, 'red: this place looks like the class; blue: unlike it', { size: 12.5 })}
    ${COLUMNS.map((name, c) => text(middle(c), HEAD - 10, name, { anchor: 'middle', weight: 'bold' })).join('')}
    ${rows
      .map(({ label, forgotten }, r) => {
        const y = HEAD + r * (CELL + GAP) + CELL / 2;
        const name = text(GAP, y, shortened(label), forgotten ? { weight: 'bold', fill: FORGOTTEN } : {});
        return name + text(GAP, y + 20, forgotten ? 'forgotten' : 'retained', { size: 12 });
      })
      .join('')}
    <rect x="${from}" y="${scaleAt}" width="${to - from}" height="12" fill="url(#scale)"/>
    ${text(from, scaleAt + 30, `-${limit.toPrecision(2)}`)}
    ${text((from + to) / 2, scaleAt + 50, unit, { anchor: 'middle' })}
    ${text(to, scaleAt + 30, `+${limit.toPrecision(2)}`, { anchor: 'end' })}
  </svg>`;
}

const shortened = (text: string): string => (text.length > 14 ? `${text.slice(0, 13)}…` : text);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
