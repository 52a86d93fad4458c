import type { Report } from './report';

export const isVerified = ({ failures }: Report): boolean => failures.length === 0;

/** A report for people. */
export function printReport(report: Report): string {
  const section = (title: string, items: string[]) =>
    items.length > 0 ? [title, ...items.map((item) => `  - ${item}`)] : [];
  return [
    `${isVerified(report) ? 'VERIFIED' : 'NOT VERIFIED'}: ${report.kind}`,
    ...section('It says:', report.says),
    ...section('Wrong:', report.failures),
    ...section('Shown:', report.proven),
    ...section('Not shown:', report.notProven),
  ].join('\n');
}
