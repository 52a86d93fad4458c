import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readConfig } from '../../src/config';
import { Refusal } from '../../src/domain';
import { openDomain } from '../../src/open-domain';
import { fillLog, writeEvidence } from './evidence';
import { goSumdb } from './go-sumdb';
import { modelSigning } from './model-signing';
import { openssl } from './openssl';
import { ownVerifier } from './own-verifier';
import { prove } from './prove';
import { sigstoreVerify } from './sigstore-verify';

const CHECKPOINT = resolve(__dirname, '../../../demo/checkpoints/resnet');

/** `npm run prove`: makes a certificate, a log and a signed checkpoint, and has other people's tools check them. */
async function main(): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'lethe-prove-'));
  const domain = await openDomain({ ...readConfig({}), home: join(scratch, 'home') });
  let failed = 0;
  let skipped = 0;
  try {
    const checkpoint = await domain.checkpoints.import({ name: 'demo', source: CHECKPOINT });
    if (checkpoint instanceof Refusal) throw new Error(checkpoint.message);
    await fillLog(domain, checkpoint, 300);
    const evidence = await writeEvidence(domain, checkpoint, join(scratch, 'evidence'));
    for (const tool of [ownVerifier, modelSigning, sigstoreVerify, openssl, goSumdb]) {
      const outcome = await prove(tool, evidence, scratch);
      console.log(`\n${outcome.tool}`);
      if (outcome.skipped !== undefined) {
        skipped++;
        console.log(`  SKIPPED: ${outcome.skipped}`);
      }
      for (const { claim, holds, noticesChange } of outcome.results) {
        if (!holds || !noticesChange) failed++;
        console.log(
          `  ${holds ? 'holds' : 'DOES NOT HOLD'}: ${claim}; one byte changed: ${noticesChange ? 'refused' : 'NOT NOTICED'}`,
        );
      }
    }
  } finally {
    await domain.close();
    await rm(scratch, { recursive: true, force: true });
  }
  console.log(
    `\n${failed === 0 ? 'Nothing failed' : `${failed} failed`}${skipped > 0 ? `, ${skipped} tools SKIPPED` : ''}`,
  );
  process.exitCode = failed > 0 ? 1 : 0;
}

void main();
