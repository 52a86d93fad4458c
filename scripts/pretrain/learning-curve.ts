import type { LogLine } from './training-log';

/** One line of the plot: points (epoch, value in [0, 1]). */
export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [number, number])[];
}

const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 44;
const TOP = 16;
const RIGHT = WIDTH - 120;
const BOTTOM = HEIGHT - 36;

/** The held-out accuracies of a log by epoch. */
export function curvesOf(model: string, log: readonly LogLine[], colours: readonly [string, string]): Curve[] {
  const assessments = log.flatMap((line) => (line.kind === 'assessment' ? [line] : []));
  return [
    {
      name: `${model}, class`,
      colour: colours[0],
      points: assessments.map(({ epoch, heldOut }) => [epoch + 1, heldOut.fine.photograph ?? 0]),
    },
    {
      name: `${model}, group`,
      colour: colours[1],
      points: assessments.map(({ epoch, heldOut }) => [epoch + 1, heldOut.coarse]),
    },
  ];
}

/** A plot of accuracies over epochs as SVG. */
export function learningCurve(curves: readonly Curve[]): string {
  const last = Math.max(...curves.flatMap(({ points }) => points.map(([epoch]) => epoch)));
  const x = (epoch: number) => (LEFT + ((RIGHT - LEFT) * epoch) / last).toFixed(1);
  const y = (value: number) => (BOTTOM - (BOTTOM - TOP) * value).toFixed(1);
  const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (value) =>
      `<path d="M${LEFT} ${y(value)}H${RIGHT}" stroke="#ddd"/>` +
      `<text x="${LEFT - 8}" y="${Number(y(value)) + 4}" text-anchor="end">${value.toFixed(1)}</text>`,
  );
  const epochs = Array.from({ length: last }, (_, i) => i + 1).map(
    (epoch) => `<text x="${x(epoch)}" y="${BOTTOM + 16}" text-anchor="middle">${epoch}</text>`,
  );
  const lines = curves.flatMap(({ name, colour, points }, i) => [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(([e, v]) => `${x(e)},${y(v)}`).join(' ')}"/>`,
    `<text x="${RIGHT + 10}" y="${TOP + 14 + 18 * i}" fill="${colour}">${name}</text>`,
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...grid,
    ...epochs,
    `<text x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">epoch</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
