import { join } from 'node:path';
import { MODEL_SIGNATURE_FILE } from '../../src/signing';
import type { Evidence } from './evidence';
import { changePayload, flipMiddle, runs, type Tool } from './tool';

// pyOpenSSL is imported by 1.1.1 and not named among its requirements.
const PACKAGES = ['model_signing==1.1.1', 'pyOpenSSL'];
let program = '';

async function holds({ model, documentsKey }: Evidence): Promise<boolean> {
  const signature = join(model, MODEL_SIGNATURE_FILE);
  const args = ['verify', 'key', '--signature', signature, '--public_key', documentsKey, model];
  return (await runs(program, args)).ok;
}

/** https://pypi.org/project/model-signing: the reference implementation of OpenSSF Model Signing. */
export const modelSigning: Tool = {
  name: 'model_signing',
  async prepare(scratch) {
    const given = process.env.MODEL_SIGNING;
    program = given ?? join(scratch, 'venv', 'bin', 'model_signing');
    if (given === undefined) {
      if (!(await runs('python3', ['-m', 'venv', join(scratch, 'venv')])).ok) return 'there is no python3 with venv';
      const { ok, output } = await runs(join(scratch, 'venv', 'bin', 'pip'), ['install', '--quiet', ...PACKAGES]);
      if (!ok) return `pip could not install ${PACKAGES.join(' and ')}: ${output.trim().split('\n').at(-1)}`;
    }
    const { ok, output } = await runs(program, ['--version']);
    return ok ? null : `${program} does not run: ${output.trim().split('\n').at(-1)}`;
  },
  checks: [
    {
      claim: "the checkpoint's files are the signed ones",
      holds,
      tamper: { file: ({ weights }) => weights, change: flipMiddle },
    },
    {
      claim: 'the list of files is the signed one',
      holds,
      tamper: { file: ({ model }) => join(model, MODEL_SIGNATURE_FILE), change: changePayload },
    },
  ],
};
