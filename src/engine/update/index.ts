export { overwritable } from './overwritable';
export { type SplitProgram, splitUpdates, type Update } from './split-updates';
