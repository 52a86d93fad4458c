export { type ExecutorOptions, type RunningExecutor, startExecutor } from './executor';
