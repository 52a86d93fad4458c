import { type Statement, signedFiles } from '../signing';
import { filesOfFolder } from './folder';
import { type Findings, type Report, Unverifiable } from './report';

/** Checks a folder against a model signature, which has been checked already. @throws Unverifiable */
export async function checkModel(statement: Statement, folder: string, findings: Findings): Promise<Report> {
  const signed = signedFiles(statement);
  if (!signed)
    throw new Unverifiable('this is no model signature over whole files by sha256, or it contradicts itself');
  const expected = new Map(signed.map(({ path, digest }) => [path, digest]));
  const found = new Map((await filesOfFolder(folder)).map(({ path, digest }) => [path, digest]));
  for (const [path, digest] of expected) {
    if (!found.has(path)) findings.failures.push(`${path} was signed and is missing`);
    else if (found.get(path) !== digest) findings.failures.push(`${path} is not what was signed`);
  }
  for (const path of found.keys()) {
    if (!expected.has(path)) findings.failures.push(`${path} is there and was not signed`);
  }
  if (findings.failures.length === 0) {
    findings.proven.push(
      `the ${expected.size} files in ${folder} are the ones that were signed, and there are no others`,
    );
  }
  return findings.report('model signature', [
    'Who holds the key, and when it signed.',
    'How the model was made and what it does.',
  ]);
}
