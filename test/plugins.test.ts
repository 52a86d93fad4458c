import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SHIPPED_PLUGINS } from '../src/executor/plugins';
import { isMethod, type Method } from '../src/method/method';

/** Every folder of plugins/ is a method, whole with its evidence: what a new one forgets shows here. */
const SOURCES = resolve(__dirname, '../../plugins');
const names = readdirSync(SOURCES);

const methodOf = (name: string): Method => require(join(SHIPPED_PLUGINS, name)).default;

describe.each(names)('%s', (name) => {
  test('is a method of its folder’s name', () => {
    expect(isMethod(methodOf(name))).toBe(true);
    expect(methodOf(name).name).toBe(name);
  });

  test.each(['README.md', 'parity.py', 'parity.json', `${name}.test.ts`])('has %s', (file) => {
    expect(existsSync(join(SOURCES, name, file))).toBe(true);
  });

  test('says in its README of every parameter where its default comes from', () => {
    const { params } = methodOf(name);
    const rows = readFileSync(join(SOURCES, name, 'README.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('|'));
    const sources = Object.keys(params).map((parameter) => {
      const row = rows.find((line) => line.split('|')[1]!.includes(`\`${parameter}\``));
      return [
        parameter,
        row
          ?.split('|')
          .find((cell) => /^\s*(CODE|PAPER|OURS)\s*$/.test(cell))
          ?.trim(),
      ];
    });
    const declared = Object.entries(params).map(([parameter, { schema }]) => [parameter, schema['x-source']]);
    expect(Object.fromEntries(sources)).toEqual(Object.fromEntries(declared));
  });
});
