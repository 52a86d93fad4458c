/** Tests run on tsc's output: type-graphql needs real decorator metadata, and no transform is faster than any. */
module.exports = {
  rootDir: 'dist',
  testMatch: ['**/*.test.js'],
  testEnvironment: '<rootDir>/test/environment.js',
  testTimeout: 60_000,
  // By default jest leaves a core free, which is half of two; more than two fill a machine's memory with trainers.
  maxWorkers: 2,
};
