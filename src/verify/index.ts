export { checkLog, type ReadResource } from './log';
export { isVerified, printReport } from './print-report';
export { type Report, Unverifiable, type VerifyOptions } from './report';
export { readKeys, type TrustedKeys } from './trusted-keys';
export { verify } from './verify';
