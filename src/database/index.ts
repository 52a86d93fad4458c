export { Database, type DatabaseOptions } from './database';
export { type Listener, Notifications } from './notifications';
export { isPassing } from './patient-pool';
