import { createHash } from 'node:crypto';
import type { CertificateFacts } from '../../src/certificate';
import { canonical } from '../../src/signing';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

const plan = {
  attacks: { SUBJECT: ['PARAPHRASES', 'MEMBERSHIP_INFERENCE'], ORIGINAL: ['PARAPHRASES'] },
  images: 500,
  relearning: { learningRate: 1e-4, steps: 60, share: 0.8 },
  seed: 0,
};

/** Facts as a workflow would gather them, with something in every field: an example, not a measurement. */
export function certificateFacts(changes: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    request: {
      id: '0b5f7f4e-9f0f-4f0a-8c46-3a6f0c7f6f01',
      subjectHash: hash('subject'),
      basis: 'ART_17_1_B',
      receivedAt: '2026-01-31T09:30:00.000Z',
      dueAt: '2026-02-28T23:59:59.000Z',
    },
    forgetSet: { id: 'd3f1c9a8-52a0-4d55-9d3a-1f5c4c1d7a02', digest: hash('cats'), samples: 200, classes: ['cat'] },
    parent: { id: '8a2e2c56-7a6d-4c57-9f5f-9b1f0d5b1e03', name: 'demo', digest: hash('demo') },
    result: { id: 'c0ffee00-7a6d-4c57-9f5f-9b1f0d5b1e04', name: 'demo without "cat" <b>&', digest: hash('result') },
    run: {
      id: '527033e0-0374-471c-8d58-9d2277d88a77',
      method: 'clip-erase',
      methodVersion: '1.0.0',
      methodDigest: hash('clip-erase'),
      parameters: { epochs: 8, learningRate: 0.0001, layers: ['visual', 'text'] },
      seed: 0,
      startedAt: '2026-02-03T10:00:00.000Z',
      finishedAt: '2026-02-03T10:00:33.000Z',
    },
    evaluation: [
      {
        metric: 'ZERO_SHOT',
        key: 'accuracy',
        subject: 'cat',
        before: { value: 0.64, lower: 0.571, upper: 0.703, count: 200 },
        after: { value: 0, lower: 0, upper: 0.019, count: 200 },
        chance: 0.1,
      },
    ],
    attacks: [
      {
        name: 'membership inference by confidence',
        statistic: 'AUC',
        value: 0.51,
        lower: 0.45,
        upper: 0.57,
        count: 400,
        threshold: 0.6,
        verdict: 'PASS',
      },
    ],
    verification: {
      id: '4b0b8a0e-6a51-4a0e-9a57-0d5c5a6e1f05',
      planDigest: hash(canonical(plan)),
      plan,
      forgetSetDigest: hash('cats'),
      finishedAt: '2026-02-03T11:00:00.000Z',
    },
    policy: 'default 1',
    verdict: 'PASS',
    approvals: [{ approver: hash('olga'), role: 'PRIVACY_OFFICER', approvedAt: '2026-02-04T08:00:00.000Z' }],
    carriers: {
      asOf: '2026-02-04T08:00:00.000Z',
      undeclared: 0,
      remediated: [{ id: '8a2e2c56-7a6d-4c57-9f5f-9b1f0d5b1e03', name: 'demo', digest: hash('demo') }],
      attempted: [],
      outstanding: [],
    },
    validity: { from: '2026-02-04T08:00:00.000Z', until: null },
    supersedes: null,
    ...changes,
  };
}
