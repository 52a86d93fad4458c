import { type Actor, DEFAULT_PROJECT, type Role, roles } from '../actor/actor';
import { Misuse } from '../refusal/misuse';
import { accessTable, type Door, type Right } from './access-table';

/** The row of a field or route. @throws internal: when the table has none */
export function rightOf(door: Door, name: string): Right | 'PUBLIC' {
  const rows: Record<string, Right | 'PUBLIC'> = accessTable[door];
  const right = Object.hasOwn(rows, name) ? rows[name] : undefined;
  if (!right) throw new Error(`internal: ${door} ${name} has no row in src/domain/access/access-table.ts`);
  return right;
}

/** Why an actor may not use a field or route; null when it may. */
export function forbidden(door: Door, name: string, actor: Actor): string | null {
  const right = rightOf(door, name);
  if (right === 'PUBLIC') return null;
  const inPlace = !right.installation || actor.kind === 'SYSTEM' || projectOf(actor) === DEFAULT_PROJECT;
  if (inPlace && actor.roles.some((role) => right.roles.includes(role))) return null;
  const where = right.installation ? ' in the default project' : '';
  return `${name} is for ${inWords(right.roles)}${where}; ${actor.name} is ${inWords(actor.roles)}`;
}

/** Whether an actor may know of erasure requests: also where certificates or the graph would tell of them. */
export function maySeeRequests(actor: Actor): boolean {
  return forbidden('Query', 'erasureRequest', actor) === null;
}

/** @throws Misuse FORBIDDEN, naming the roles that may */
export function demand(door: Door, name: string, actor: Actor): void {
  const reason = forbidden(door, name, actor);
  if (reason) throw new Misuse('FORBIDDEN', reason);
}

const projectOf = ({ projectId }: Actor): string => projectId ?? DEFAULT_PROJECT;

const inWords = (some: readonly Role[]): string =>
  some.length === roles.length ? 'any role' : some.join(' or ') || 'nobody';

/** The table as a page shows it, in Markdown. */
export function accessPage(): string {
  const head = ['', ...roles].join(' | ');
  const line = roles.map(() => ':-:').join(' | ');
  const rows = Object.entries(accessTable).map(([door, names]: [string, Record<string, Right | 'PUBLIC'>]) => {
    const cells = Object.entries(names).map(([name, right]) => {
      const marks = roles.map((role) => (right === 'PUBLIC' || right.roles.includes(role) ? '✓' : ' '));
      const note = right === 'PUBLIC' ? ', without a token too' : right.installation ? ', default project only' : '';
      return `| \`${name}\`${note} | ${marks.join(' | ')} |`;
    });
    return [`### ${door}`, '', `| ${head.trim()} |`, `| --- | ${line} |`, ...cells].join('\n');
  });
  return `${rows.join('\n\n')}\n`;
}
