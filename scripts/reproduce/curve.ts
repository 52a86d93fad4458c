import { runsOf } from './cells';
import type { Section } from './definition';
import { grid, withInterval } from './format';
import type { Found } from './measures';
import { meanOf } from './statistics';

/** The coefficients that every run tried, with the mean of each accuracy. */
export function curveText(section: Section, found: Found, seeds?: readonly number[]): string {
  const curves = runsOf(section, seeds).flatMap((run) => found.get(run.name)?.curve ?? []);
  const runs = runsOf(section, seeds).filter((run) => found.get(run.name)?.curve).length;
  const sets = [...new Set(curves.flatMap((point) => Object.keys(point)))].filter((name) => name !== 'coefficient');
  const coefficientOf = ({ coefficient }: (typeof curves)[number]) => coefficient!.toFixed(3);
  const body = [...new Set(curves.map(coefficientOf))].sort().flatMap((coefficient) => {
    const points = curves.filter((point) => coefficientOf(point) === coefficient);
    const means = sets.map((name) => withInterval(meanOf(points.map((point) => point[name] ?? 0))));
    return points.length === runs ? [[coefficient, ...means]] : [];
  });
  return grid(['coefficient', ...sets], body);
}
