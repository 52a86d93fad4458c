export * from './elementwise';
export * from './linear';
export * from './neural';
export * from './reduce';
export * from './shape';
