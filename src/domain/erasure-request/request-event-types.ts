import type { PlaybookStep } from '../playbook/playbook-steps';
import type { RefusalCode } from '../refusal/refusals';
import type { HoldGround, LegalBasis } from './legal-grounds';
import type { ReminderDays } from './reminders';
import type { RequestStatus } from './request-status';

/** Every kind of event of a request and what it carries. None carries anything that names the subject. */
export interface RequestEventPayloads {
  RECEIVED: { legalBasis: LegalBasis; dueAt: string };
  IDENTITY_VERIFIED: { method: string };
  IDENTITY_NOT_VERIFIED: { method: string };
  DEADLINE_EXTENDED: { reason: string; noticedAt: string; dueAt: string };
  HELD: { ground: HoldGround; reason: string };
  HOLD_LIFTED: { reason: string };
  RECIPIENT_ADDED: { recipientId: string };
  RECIPIENT_INFORMED: { recipientId: string; informedAt: string };
  FORGET_SET_LINKED: { forgetSetId: string };
  REMINDER: { days: ReminderDays; dueAt: string };
  PLAYBOOK_GIVEN: { playbookId: string };
  STEP_TAKEN: { step: PlaybookStep };
  STEP_REFUSED: { step: PlaybookStep; code: RefusalCode; message: string };
  MOVED: { from: RequestStatus; to: RequestStatus; reason: string | null };
  SUBJECT_UNLINKED: Record<string, never>;
}

export type RequestEventType = keyof RequestEventPayloads;

export const requestEventTypes: Record<RequestEventType, string> = {
  RECEIVED: 'the request was recorded',
  IDENTITY_VERIFIED: 'the subject proved to be who they say',
  IDENTITY_NOT_VERIFIED: 'an identity check failed; another may follow',
  DEADLINE_EXTENDED: 'the subject was told that it takes two further months, and why',
  HELD: 'an exception of Art. 17(3) stops it',
  HOLD_LIFTED: 'the exception is gone, it goes on where it was',
  RECIPIENT_ADDED: 'somebody who got the data has to be told, Art. 19',
  RECIPIENT_INFORMED: 'a recipient was told',
  FORGET_SET_LINKED: 'what to forget was found',
  REMINDER: 'its due date is so many days off; 0 says that it is overdue',
  PLAYBOOK_GIVEN: 'it follows a playbook now',
  STEP_TAKEN: 'a step of its playbook was taken',
  STEP_REFUSED: 'a step of its playbook could not be taken, and why',
  MOVED: 'its status changed',
  SUBJECT_UNLINKED: 'the salt was destroyed: the subject cannot be found by reference any more',
};
