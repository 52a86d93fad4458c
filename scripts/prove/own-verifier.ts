import { join, resolve } from 'node:path';
import { MODEL_SIGNATURE_FILE } from '../../src/signing';
import type { Evidence } from './evidence';
import { type Check, changePayload, changeSize, flipMiddle, runs, type Tool } from './tool';

const CLI = resolve(__dirname, '../../src/cli.js');

const check = (claim: string, file: (evidence: Evidence) => string, tamper: Check['tamper']): Check => ({
  claim,
  tamper,
  async holds(evidence) {
    const target = file(evidence);
    const folder = target === evidence.certificate ? ['--folder', evidence.model] : [];
    return (await runs(process.execPath, [CLI, 'verify', target, '--key', evidence.keys, ...folder])).ok;
  },
});

/** Our own, for comparison. */
export const ownVerifier: Tool = {
  name: 'lethe verify',
  prepare: async () => null,
  checks: [
    check('the certificate, its entry in the log and the checkpoint it is about', ({ certificate }) => certificate, {
      file: ({ certificate }) => certificate,
      change: changePayload,
    }),
    check("the signed checkpoint's files", ({ model }) => join(model, MODEL_SIGNATURE_FILE), {
      file: ({ weights }) => weights,
      change: flipMiddle,
    }),
    check('the whole log', ({ log }) => log, { file: ({ log }) => join(log, 'checkpoint'), change: changeSize }),
    check('the proof of one entry', ({ proof }) => proof, { file: ({ proof }) => proof, change: flipMiddle }),
  ],
};
