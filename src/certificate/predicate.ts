import { Ajv } from 'ajv';
import { type CertificateFacts, factShapes } from './facts';
import { choice, count, list, record, text, time, type ValueOf } from './shape';

/** The type of our statement. The number grows when a field changes its meaning. */
export const CERTIFICATE_PREDICATE_TYPE = 'urn:lethe:erasure-certificate:v1';

const claimShapes = {
  certificate: record({ id: text('Its id.'), issuedAt: time('When it was issued.') }, 'This certificate.'),
  guarantee: choice(['APPROXIMATE'], 'Unlearning of this kind is tested, not proven exact.'),
  limits: list(text('One limit.'), 'What this certificate does not say.'),
  ...factShapes,
};

const logShapes = {
  index: count('Place of the entry in the log, from 0.'),
  verifierKey: text("The log's name and public key, as https://c2sp.org/signed-note writes them."),
  proof: text(
    'The entry, its inclusion proof and the checkpoint the log signed, as https://c2sp.org/tlog-proof. The entry has the sha256 of the canonical JSON (RFC 8785) of this predicate without `log`.',
  ),
};

/** What a certificate claims: all of its predicate but where the log has it. Its digest is what the log holds. */
export const claims = record(claimShapes, 'What is certified, and how far it goes.');
export type Claims = ValueOf<typeof claims>;

export const predicate = record(
  { ...claimShapes, log: record(logShapes, 'The entry of the audit log that records this certificate.') },
  'The predicate of an erasure certificate.',
);
export type CertificatePredicate = ValueOf<typeof predicate>;

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const [checkFacts, checkPredicate] = [record(factShapes, ''), predicate].map(({ schema }) => ajv.compile(schema));

/** What keeps a value from being the facts of a certificate, for people; empty when nothing does. */
export const problemsOfFacts = (value: unknown): string[] => problems(checkFacts!, value);
/** The same of a whole predicate. */
export const problemsOfPredicate = (value: unknown): string[] => problems(checkPredicate!, value);

function problems(check: ReturnType<Ajv['compile']>, value: unknown): string[] {
  if (check(value)) return [];
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
}

/** What holds for every certificate; what follows from the facts comes behind it. */
const LIMITS = [
  'Unlearning is approximate: the attacks named here did or did not find the forgotten data, another might. It is not certified that no trace is left in the weights.',
  'It is about the checkpoint with the digest named here. Copies that left Lethe, and models made from them, are not covered.',
  'The training data itself, its backups and other systems are not covered.',
  'The signature shows which key signed, and the log that this was recorded; neither shows that the measurements were honest.',
];

/** The limits of a certificate, in plain words. */
export function limitsOf({ carriers, attacks, evaluation, approvals }: CertificateFacts): string[] {
  const { undeclared, attempted, outstanding } = carriers;
  const named = (some: typeof outstanding) => some.map(({ name }) => name).join(', ');
  const judged = attacks.filter(({ verdict }) => verdict !== null);
  const open = judged.filter(({ verdict }) => verdict !== 'PASS').map(({ name, verdict }) => `${name} (${verdict})`);
  const unjudged = attacks.length - judged.length;
  return [
    ...LIMITS,
    ...(undeclared > 0
      ? [
          `Of ${undeclared} imported checkpoints nobody said what they were trained on: they may carry the forgotten data, too.`,
        ]
      : []),
    ...(outstanding.length > 0 ? [`Checkpoints that still carry the forgotten data: ${named(outstanding)}.`] : []),
    ...(attempted.length > 0
      ? [`Checkpoints that were made to forget, and of which no verification says PASS: ${named(attempted)}.`]
      : []),
    ...(attacks.length === 0 ? ['No attack was run: only accuracy was measured.'] : []),
    ...(open.length > 0 ? [`Attacks that were not passed: ${open.join(', ')}.`] : []),
    ...(unjudged > 0 ? [`The policy has no line about ${unjudged} of the measured numbers: read them.`] : []),
    ...(evaluation.length === 0 ? ['Nothing was measured on images.'] : []),
    ...(approvals.length === 0 ? ['Nobody approved the result.'] : []),
  ];
}
