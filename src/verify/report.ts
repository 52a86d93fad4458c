/** What a check found out. */
export interface Report {
  /** What was looked at, for people: `erasure certificate`. */
  kind: string;
  /** What holds now, one sentence each. */
  proven: string[];
  /** What a reader might think was shown and was not. */
  notProven: string[];
  /** What is wrong; anything here, and the file is not to be trusted. */
  failures: string[];
}

/** The file or what was given with it cannot be checked at all. */
export class Unverifiable extends Error {
  readonly code = 'UNVERIFIABLE';
}

/** Collects what checks say. */
export class Findings {
  readonly proven: string[] = [];
  readonly failures: string[] = [];

  /** Notes down one check; whether it held. */
  check(holds: boolean, proven: string, failure: string): boolean {
    if (holds) this.proven.push(proven);
    else this.failures.push(failure);
    return holds;
  }

  report(kind: string, notProven: string[]): Report {
    return { kind, proven: this.proven, notProven, failures: this.failures };
  }
}
