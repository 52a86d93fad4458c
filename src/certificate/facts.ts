import {
  anything,
  choice,
  count,
  digest,
  integer,
  list,
  number,
  orNull,
  record,
  text,
  time,
  type ValueOf,
} from './shape';

/** Grounds on which erasure may be asked for: GDPR, Article 17(1)(a) to (f), named as requests name them, or an agreement outside of it. */
export const legalBases = [
  'ART_17_1_A',
  'ART_17_1_B',
  'ART_17_1_C',
  'ART_17_1_D',
  'ART_17_1_E',
  'ART_17_1_F',
  'OTHER',
] as const;

export const verdicts = ['PASS', 'FAIL', 'INCONCLUSIVE'] as const;

const checkpoint = {
  id: text('Its id.'),
  name: text('The name its user gave it.'),
  digest: digest('sha256 over the lines `<sha256 of a file>  <path>`, ordered by path, as sha256sum prints them.'),
};

const interval = {
  value: number('The measured value.'),
  lower: orNull(number('Lower end of its 95 % interval.')),
  upper: orNull(number('Upper end of its 95 % interval.')),
  count: orNull(count('Samples it was measured on.')),
};

/** What is certified, section by section: a plain JSON value. Checks, the page and the documentation follow from this. */
export const factShapes = {
  request: orNull(
    record(
      {
        id: text('Id of the erasure request.'),
        subjectHash: text('Salted hash of who or what is to be forgotten; the salt stays with the controller.'),
        basis: choice(legalBases, 'Legal ground: the letter of GDPR Article 17(1).'),
        receivedAt: time('When the request was received.'),
        dueAt: time('Until when it had to be answered (GDPR Article 12(3)).'),
      },
      'The erasure request; null when nobody asked and the controller acted of its own accord.',
    ),
  ),
  forgetSet: record(
    {
      id: text('Its id.'),
      digest: digest(
        "sha256 over the JSON array of the names of its samples' classes, in the order of the dataset and without spaces, followed for each sample, in the order of the dataset, by a newline and the sha256 of its file, hexadecimal. Of a set that only names classes: over the array alone, as they were given.",
      ),
      samples: orNull(count('Number of samples; null when it only names classes.')),
      classes: list(text('A class.'), 'Classes it is made of, where it is made of classes.'),
    },
    'What was to be forgotten.',
  ),
  parent: record(checkpoint, 'The checkpoint before.'),
  result: record(checkpoint, 'The checkpoint after: what this certificate is about.'),
  run: record(
    {
      id: text('Its id.'),
      method: text('Name of the unlearning method.'),
      methodVersion: text('Version of the method.'),
      methodDigest: digest("sha256 of the method's code."),
      parameters: anything("The method's parameters, defaults filled in."),
      seed: integer('Seed of every random number of the run.'),
      startedAt: time('When it began.'),
      finishedAt: time('When it ended.'),
    },
    'The run that made the one from the other.',
  ),
  evaluation: list(
    record(
      {
        metric: text('Metric, such as ZERO_SHOT.'),
        key: text('Which of its numbers, such as accuracy.'),
        subject: orNull(text('Class or group it is about; null for all.')),
        before: orNull(record(interval, 'Of the checkpoint before.')),
        after: record(interval, 'Of the checkpoint after.'),
        chance: orNull(number('What guessing would give.')),
      },
      'One number.',
    ),
    'What both checkpoints measured, on images that neither training nor unlearning saw.',
  ),
  attacks: list(
    record(
      {
        name: text('Name of the line of the policy; that of the attack where the policy has no line about it.'),
        statistic: text('What it measured, with its unit.'),
        ...interval,
        value: orNull(number('The measured value; null when a line of the policy was not measured.')),
        threshold: orNull(number('Bound that the policy sets; null when it sets none.')),
        verdict: orNull(
          choice(
            verdicts,
            'Against the threshold; INCONCLUSIVE when the interval crosses it or nothing was measured; null when the policy has no line about it.',
          ),
        ),
      },
      'One attack.',
    ),
    'Attempts to find what was forgotten in the checkpoint after: every line of the policy, and every other number that was measured.',
  ),
  verification: orNull(
    record(
      {
        id: text('Its id.'),
        planDigest: digest('sha256 of the canonical JSON (RFC 8785) of its plan, which was fixed before it began.'),
        plan: anything(
          'The plan itself: which attacks, how they train, on how many images of which digest, beside which models, by which thresholds.',
        ),
        forgetSetDigest: digest(
          'Digest of the set whose images it attacked with: `forgetSet.digest`, where that set has images.',
        ),
        finishedAt: time('When it ended.'),
      },
      'The verification that attacks and verdict are of: of this forget set, against the checkpoint before, the newest by this policy. Null when there was none.',
    ),
  ),
  policy: orNull(text('Name and version of the policy that set the thresholds.')),
  verdict: choice(verdicts, 'Of all attacks together, by the policy; INCONCLUSIVE when nothing was verified.'),
  approvals: list(
    record(
      {
        approver: text('Salted hash of who approved; the salt stays with the controller.'),
        role: text('In what role.'),
        approvedAt: time('When.'),
      },
      'One approval.',
    ),
    'Who agreed to the result.',
  ),
  carriers: record(
    {
      asOf: time('When the lineage was read.'),
      undeclared: count('Imported checkpoints of which nobody said what they were trained on: they may carry it, too.'),
      remediated: list(
        record(checkpoint, 'One checkpoint.'),
        'Those that were made to forget and verified with the verdict PASS by the same policy, and what descends from nothing else.',
      ),
      attempted: list(
        record(checkpoint, 'One checkpoint.'),
        'Those that were made to forget, while no verification says PASS.',
      ),
      outstanding: list(
        record(checkpoint, 'One checkpoint.'),
        'Those that still carry the data, deleted ones among them: Lethe keeps their weights and serves them no more.',
      ),
    },
    'Checkpoints that descend from training on the forgotten data.',
  ),
  validity: record(
    {
      from: time('From when this holds.'),
      until: orNull(time('Until when; null for as long as it is not withdrawn.')),
    },
    'When this certificate holds, unless it is withdrawn or found stale: ask the server that issued it.',
  ),
  supersedes: orNull(text('Id of the certificate that this one replaces.')),
};

export const facts = record(factShapes, 'What is certified.');

/** Everything a certificate says that others have to find out. Times are ISO 8601 in UTC, digests sha256 in hexadecimal. */
export type CertificateFacts = ValueOf<typeof facts>;
