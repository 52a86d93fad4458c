import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Evidence, writeEvidence } from '../scripts/prove/evidence';
import { openssl } from '../scripts/prove/openssl';
import { prove } from '../scripts/prove/prove';
import { sigstoreVerify } from '../scripts/prove/sigstore-verify';
import type { Domain } from '../src/domain';
import { freshEmbedded, type Place } from './support/databases';
import { granted, openDomain } from './support/domain';

// `npm run prove` asks the tools that have to be installed first as well.
let place: Place;
let domain: Domain;
let folder: string;
let evidence: Evidence;
beforeAll(async () => {
  place = await freshEmbedded();
  domain = await openDomain(place);
  folder = await mkdtemp(join(tmpdir(), 'lethe-interoperability-'));
  const checkpoint = granted(await domain.checkpoints.import({ name: 'demo', source: 'somewhere' }));
  evidence = await writeEvidence(domain, checkpoint, folder);
});
afterAll(async () => {
  await domain.close();
  await place.discard();
  await rm(folder, { recursive: true });
});

test.each([sigstoreVerify, openssl])('$name agrees, and notices a changed byte', async (tool) => {
  const { skipped, results } = await prove(tool, evidence, folder);
  if (skipped !== undefined) {
    process.stderr.write(`\n!! NOT TESTED with ${tool.name}: ${skipped}\n`);
    return;
  }
  expect(results).toHaveLength(2);
  expect(results).toEqual(results.map(({ claim }) => ({ claim, holds: true, noticesChange: true })));
});
