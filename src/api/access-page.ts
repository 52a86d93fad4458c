import { accessPage } from '../domain';

/** docs/access.md with its table as it is now; the text around it stays. */
export function withAccessTable(page: string): string {
  const [before, begin, end, after] = page.split(/(<!-- the table -->\n)[\s\S]*(<!-- the end of the table -->)/);
  if (end === undefined) throw new Error('docs/access.md has no place for the table');
  return `${before}${begin}\n${accessPage()}\n${end}${after}`;
}
