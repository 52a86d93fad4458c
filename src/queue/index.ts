export { pauseAfter } from './backoff';
export { type Clock, systemClock } from './clock';
export { Job } from './job.entity';
export { type Claim, jobChannel, LeaseLost, type NewJob, Queue } from './queue';
export { WakeUp } from './wake-up.entity';
