/** Tests run on tsc's output: type-graphql needs real decorator metadata, and no transform is faster than any. */
module.exports = {
  rootDir: 'dist',
  testMatch: ['**/*.test.js'],
  testEnvironment: '<rootDir>/test/environment.js',
  testTimeout: 60_000,
};
