import { existsSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Evidence } from './evidence';
import { type Check, changeSize, flipMiddle, runs, type Tool } from './tool';

const SOURCE = resolve(__dirname, '../../../scripts/prove/go');
/** Where Debian's golang-golang-x-mod-dev puts the module, for machines without a module proxy. */
const DEBIAN = '/usr/share/gocode/src/golang.org/x/mod';
let program = '';

const check = (
  claim: string,
  name: string,
  files: (evidence: Evidence) => string[],
  tamper: Check['tamper'],
): Check => ({
  claim,
  tamper,
  async holds(evidence) {
    return (await runs(program, [name, evidence.logVerifierKey, evidence.log, ...files(evidence)])).ok;
  },
});

/** A proof's last hash with its first letter changed, base64 as before. */
const changeHash = (pattern: RegExp) => (bytes: Buffer) =>
  Buffer.from(
    bytes.toString().replace(pattern, (_, before: string, letter: string) => before + (letter === 'A' ? 'B' : 'A')),
  );

/** https://pkg.go.dev/golang.org/x/mod/sumdb: what Go checks its own module database with. */
export const goSumdb: Tool = {
  name: "Go's sumdb/note and sumdb/tlog",
  async prepare(scratch) {
    const folder = join(scratch, 'go');
    program = join(folder, 'prove');
    const PATH = `${process.env.PATH}:/usr/local/go/bin`;
    if (!(await runs('sh', ['-c', 'command -v go'], { env: { ...process.env, PATH } })).ok)
      return 'there is no go on this machine';
    await cp(SOURCE, folder, { recursive: true });
    const build = () =>
      runs('go', ['build', '-o', program, '.'], { cwd: folder, env: { ...process.env, PATH, GOFLAGS: '-mod=mod' } });
    let built = await build();
    if (!built.ok && existsSync(DEBIAN)) {
      await writeFile(
        join(folder, 'go.mod'),
        `module prove\n\ngo 1.21\n\nrequire golang.org/x/mod v0.0.0\n\nreplace golang.org/x/mod => ${DEBIAN}\n`,
      );
      built = await build();
    }
    return built.ok ? null : `golang.org/x/mod could not be built with: ${built.output.trim().split('\n').at(-1)}`;
  },
  checks: [
    check("the log's checkpoint is a note signed by our key", 'note', () => [], {
      file: ({ log }) => join(log, 'checkpoint'),
      change: changeSize,
    }),
    check('all entries and tiles fit the signed root', 'tiles', () => [], {
      file: ({ log }) => join(log, 'tile', '0', '000'),
      change: flipMiddle,
    }),
    check('the entries are the ones in the tree', 'tiles', () => [], {
      file: ({ log }) => join(log, 'tile', 'entries', '000'),
      change: flipMiddle,
    }),
    check("the certificate's entry is in the log", 'inclusion', ({ proof }) => [proof], {
      file: ({ proof }) => proof,
      change: changeHash(/(\nindex \d+\n)([A-Za-z0-9+/])/),
    }),
    check(
      'the log only grew since its earlier checkpoint',
      'consistency',
      ({ earlier, consistency }) => [earlier, consistency],
      {
        file: ({ consistency }) => consistency,
        change: changeHash(/("hashes":\[")([A-Za-z0-9+/])/),
      },
    ),
  ],
};
