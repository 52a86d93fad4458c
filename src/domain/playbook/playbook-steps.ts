import type { Verdicts } from '../alias/verdicts';
import type { Refusal } from '../refusal/refusals';

/** What a playbook leads a request through, in this order. */
export const playbookSteps = ['RUN', 'VERIFICATION', 'APPROVAL', 'PROMOTION', 'CERTIFICATE'] as const;
export type PlaybookStep = (typeof playbookSteps)[number];

/** READY can be taken now; WAITING goes on by itself or when somebody acts; BLOCKED ended badly and needs a decision. */
export const stepStates = ['READY', 'WAITING', 'BLOCKED'] as const;
export type StepState = (typeof stepStates)[number];

/** What a request does next, or what it waits for. */
export interface NextStep {
  step: PlaybookStep;
  state: StepState;
  /** What it waits for or why it is blocked, for people. */
  why: string;
  /** Whether what it waits for is a person: nothing else will move it. */
  forPeople: boolean;
}

/** How a playbook has a run verified. Asked in a transaction; asking twice for the same run must do no harm. */
export interface Verifications extends Verdicts {
  verifyRun(input: { runId: string; policyId: string }): Promise<{ id: string } | Refusal>;
}

/** How a playbook has a certificate issued. Asked in a transaction; asking twice must do no harm. */
export interface Certificates {
  issueFor(input: { requestId: string; runId: string }): Promise<{ id: string } | Refusal>;
}
