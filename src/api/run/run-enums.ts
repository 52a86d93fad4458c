import { registerEnumType } from 'type-graphql';
import { devices, runStatuses } from '../../domain';
import { enumOf } from '../enum-of';

export const RunStatusEnum = enumOf(runStatuses);
registerEnumType(RunStatusEnum, {
  name: 'RunStatus',
  description: 'Where a run or an evaluation is. The last three are final.',
  valuesConfig: {
    QUEUED: { description: 'Waits for an executor, for the first time or after a lost attempt.' },
    RUNNING: { description: 'An executor works on it.' },
    SUCCEEDED: { description: 'Done; there is a result.' },
    FAILED: { description: 'Ended without a result; `error` says why.' },
    CANCELLED: { description: 'Stopped on request.' },
  },
});

export const DeviceEnum = enumOf(devices);
registerEnumType(DeviceEnum, {
  name: 'Device',
  description: 'What computes.',
  valuesConfig: {
    AUTO: { description: 'The fastest device the executor has.' },
    CPU: { description: 'The processor.' },
    CUDA: { description: 'An NVIDIA GPU.' },
    WEBGPU: { description: 'Any GPU that WebGPU reaches.' },
  },
});
