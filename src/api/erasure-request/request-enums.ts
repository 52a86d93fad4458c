import { registerEnumType } from 'type-graphql';
import {
  type HoldGround,
  holdGrounds,
  type LegalBasis,
  legalBases,
  movableStatuses,
  type RequestEventType,
  requestEventTypes,
  requestStatuses,
} from '../../domain';
import { described } from '../described';
import { enumOf } from '../enum-of';

export const LegalBasisEnum = enumOf(Object.keys(legalBases) as LegalBasis[]);
registerEnumType(LegalBasisEnum, {
  name: 'LegalBasis',
  description: 'On what ground of GDPR Art. 17(1) erasure is asked for, in short.',
  valuesConfig: described(legalBases),
});

export const HoldGroundEnum = enumOf(Object.keys(holdGrounds) as HoldGround[]);
registerEnumType(HoldGroundEnum, {
  name: 'HoldGround',
  description: 'Which exception of GDPR Art. 17(3) stops erasure, in short.',
  valuesConfig: described(holdGrounds),
});

const statuses = {
  RECEIVED: { description: 'Recorded; nothing proceeds before the identity check.' },
  IDENTITY_CHECKED: { description: 'The subject is who they say; work may begin.' },
  IN_PROGRESS: { description: 'Something is made to forget.' },
  AWAITING_APPROVAL: { description: 'Done and verified; people look at it.' },
  ON_HOLD: { description: 'An exception of Art. 17(3) stops it; `hold` says which. The deadline goes on.' },
  COMPLETED: { description: 'Fulfilled. Final.' },
  REFUSED: { description: 'Refused with a reason. Final.' },
  WITHDRAWN: { description: 'Taken back by the subject. Final.' },
};

export const RequestStatusEnum = enumOf(requestStatuses);
registerEnumType(RequestStatusEnum, {
  name: 'ErasureRequestStatus',
  description: 'Where an erasure request is.',
  valuesConfig: statuses,
});

export const MovableStatusEnum = enumOf(movableStatuses);
registerEnumType(MovableStatusEnum, {
  name: 'ErasureRequestMove',
  description: 'Where a person may move an erasure request by name; the other statuses follow from a check or a hold.',
  valuesConfig: Object.fromEntries(movableStatuses.map((status) => [status, statuses[status]])),
});

export const RequestEventTypeEnum = enumOf(Object.keys(requestEventTypes) as RequestEventType[]);
registerEnumType(RequestEventTypeEnum, {
  name: 'ErasureRequestEventType',
  description: 'What can happen to an erasure request.',
  valuesConfig: described(requestEventTypes),
});
