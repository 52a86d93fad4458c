import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, Verifier } from '@sigstore/verify';
import { MODEL_SIGNATURE_FILE } from '../../src/signing';
import type { Evidence } from './evidence';
import { type Check, changePayload, type Tool } from './tool';

async function holds(file: string, { documentsKey }: Evidence): Promise<boolean> {
  const publicKey = createPublicKey(await readFile(documentsKey));
  const trusted = {
    certificateAuthorities: [],
    timestampAuthorities: [],
    tlogs: [],
    ctlogs: [],
    publicKey: () => ({ publicKey, validFor: () => true }),
  };
  // Our log is not Sigstore's: neither its entries nor its timestamps are asked for.
  const verifier = new Verifier(trusted, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
  try {
    verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(await readFile(file, 'utf8')))));
    return true;
  } catch {
    return false;
  }
}

const check = (claim: string, file: (evidence: Evidence) => string): Check => ({
  claim,
  holds: (evidence) => holds(file(evidence), evidence),
  tamper: { file, change: changePayload },
});

/** https://www.npmjs.com/package/@sigstore/verify */
export const sigstoreVerify: Tool = {
  name: '@sigstore/verify',
  prepare: async () => null,
  checks: [
    check('the certificate is a Sigstore bundle signed by our key', ({ certificate }) => certificate),
    check('model.sig is a Sigstore bundle signed by our key', ({ model }) => join(model, MODEL_SIGNATURE_FILE)),
  ],
};
