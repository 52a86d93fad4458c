import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateFacts } from '../../scripts/prove/example-facts';
import { certificateStatement, claimsOf, digestOfClaims } from './certificate';
import { certificatePage } from './certificate-page';
import { limitsOf, problemsOfFacts, problemsOfPredicate } from './predicate';
import { fieldReference } from './reference';

const facts = certificateFacts();
const log = { index: 7, verifierKey: 'lethe.log/1+00000000+AAAA', proof: 'c2sp.org/tlog-proof@v1\n...' };
const claims = claimsOf({ id: 'one', issuedAt: '2026-02-04T08:00:01.000Z' }, facts);
const statement = certificateStatement(claims, log);

test('docs/certificate.md has every field as the table has it', () => {
  const page = readFileSync(join(__dirname, '../../../docs/certificate.md'), 'utf8');
  expect(page.slice(page.indexOf('| field |'))).toBe(`${fieldReference()}\n`);
});

test('a statement is about the result and fits its own schema', () => {
  expect(problemsOfPredicate(statement.predicate)).toEqual([]);
  expect(statement.subject).toEqual([{ name: facts.result.name, digest: { sha256: facts.result.digest } }]);
  expect(statement.predicate).toMatchObject({ guarantee: 'APPROXIMATE', limits: limitsOf(facts), log });
});

test.each([
  ['a field that is missing', { verdict: undefined }],
  ['a field too many', { extra: 1 }],
  ['a digest that is none', { forgetSet: { ...facts.forgetSet, digest: 'ABC' } }],
  ['a time without a zone', { validity: { from: '2026-02-04T08:00:00', until: null } }],
  ['a verdict nobody knows', { verdict: 'MAYBE' }],
  ['a seed that is no whole number', { run: { ...facts.run, seed: 0.5 } }],
])('%s is no fact', (_, change) => {
  expect(problemsOfFacts({ ...facts, ...change })).toHaveLength(1);
});

test('what is not known may be null where the table says so', () => {
  const [number] = facts.evaluation;
  const evaluation = [
    { ...number!, before: null, after: { ...number!.after, lower: null, upper: null }, chance: null },
  ];
  expect(problemsOfFacts({ ...facts, request: null, policy: null, evaluation })).toEqual([]);
  const attacks = [{ ...facts.attacks[0]!, value: null, lower: null, upper: null, count: null, verdict: null }];
  expect(problemsOfFacts({ ...facts, attacks })).toEqual([]);
  expect(problemsOfFacts({ ...facts, run: null })).not.toEqual([]);
});

test('limits say in words what the facts leave open', () => {
  const [attack] = facts.attacks;
  const open = certificateFacts({
    attacks: [
      { ...attack!, name: 'relearning', value: null, lower: null, upper: null, count: null, verdict: 'INCONCLUSIVE' },
      { ...attack!, name: 'superclass', threshold: null, verdict: null },
    ],
    approvals: [],
    evaluation: [],
    carriers: {
      ...facts.carriers,
      undeclared: 3,
      attempted: [{ ...facts.parent, name: 'a try' }],
      outstanding: [{ ...facts.parent, name: 'a soup' }],
    },
  });
  const added = limitsOf(open).filter((limit) => !limitsOf(facts).includes(limit));
  expect(added).toEqual([
    'Of 3 imported checkpoints nobody said what they were trained on: they may carry the forgotten data, too.',
    'Checkpoints that still carry the forgotten data: a soup.',
    'Checkpoints that were made to forget, and of which no verification says PASS: a try.',
    'Attacks that were not passed: relearning (INCONCLUSIVE).',
    'The policy has no line about 1 of the measured numbers: read them.',
    'Nothing was measured on images.',
    'Nobody approved the result.',
  ]);
  expect(limitsOf({ ...facts, attacks: [] }).at(-1)).toContain('No attack was run');
});

test('the digest of claims follows every claim and no order of keys', () => {
  const turned = Object.fromEntries(Object.entries(claims).reverse()) as typeof claims;
  expect(digestOfClaims(turned)).toBe(digestOfClaims(claims));
  expect(digestOfClaims({ ...claims, supersedes: 'another' })).not.toBe(digestOfClaims(claims));
});

test('the page shows every section, and escapes whatever others wrote', () => {
  const evil = `"><img src=x onerror=alert(1)><script>alert('&')</script>`;
  const shown = certificateStatement(
    claimsOf(claims.certificate, { ...facts, policy: evil, result: { ...facts.result, name: evil } }),
    log,
  );
  const page = certificatePage(shown, 'f'.repeat(64));
  for (const title of [
    'Request',
    'Forget set',
    'Run',
    'Evaluation',
    'Attacks',
    'Approvals',
    'Carriers',
    'Limits',
    'Log',
  ]) {
    expect(page).toContain(`<h2>${title}</h2>`);
  }
  expect(page).toContain(
    '&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;',
  );
  expect(
    page.match(
      /<(?!\/?(html|head|meta|title|style|body|h1|h2|p|section|table|thead|tbody|tr|th|td|ul|li|pre|code)\b|!doctype)/g,
    ),
  ).toBeNull();
  expect(page).toContain("default-src 'none'");
  expect(page).toContain('membership inference by confidence');
  expect(page).toContain('0.6400 [0.571, 0.703]');
});
