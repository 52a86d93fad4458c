import type { CertificatePredicate } from '../certificate';

/** What a check found out. */
export interface Report {
  /** What was looked at, for people: `erasure certificate`. */
  kind: string;
  /** What the file itself says that matters most, one sentence each; true only as far as nothing is wrong. */
  says: string[];
  /** What holds now, one sentence each. */
  proven: string[];
  /** What a reader might think was shown and was not. */
  notProven: string[];
  /** What is wrong; anything here, and the file is not to be trusted. */
  failures: string[];
}

/** What is looked at beside the file. */
export interface VerifyOptions {
  /** The files that a certificate or model signature is about; beside `model.sig` when left out. */
  folder?: string | undefined;
  /** The verdict that a certificate must have; any when left out. */
  required?: CertificatePredicate['verdict'] | undefined;
}

/** The file or what was given with it cannot be checked at all. */
export class Unverifiable extends Error {
  readonly code = 'UNVERIFIABLE';
}

/** Collects what checks say. */
export class Findings {
  readonly says: string[] = [];
  readonly proven: string[] = [];
  readonly failures: string[] = [];

  /** Notes down one check; whether it held. */
  check(holds: boolean, proven: string, failure: string): boolean {
    if (holds) this.proven.push(proven);
    else this.failures.push(failure);
    return holds;
  }

  report(kind: string, notProven: string[]): Report {
    return { kind, says: this.says, proven: this.proven, notProven, failures: this.failures };
  }
}
