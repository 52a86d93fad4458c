export { Job } from './job.entity';
export { type Claim, jobChannel, LeaseLost, type NewJob, Queue } from './queue';
