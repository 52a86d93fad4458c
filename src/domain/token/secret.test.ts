import { randomUUID } from 'node:crypto';
import { digestOfSecret, isSecretOf, newSecret, tokenIdOf } from './secret';

test('a secret is recognisable, names its token and is never the same twice', () => {
  const id = randomUUID();
  const secret = newSecret(id);
  expect(secret).toMatch(/^lethe_[0-9a-f]{32}[\w-]{43}$/);
  expect(tokenIdOf(secret)).toBe(id);
  expect(newSecret(id)).not.toBe(secret);
});

test('only the whole secret is right', () => {
  const secret = newSecret(randomUUID());
  const digest = digestOfSecret(secret);
  const last = secret.endsWith('A') ? 'B' : 'A';
  expect(isSecretOf(secret, digest)).toBe(true);
  expect(isSecretOf(secret.slice(0, -1) + last, digest)).toBe(false);
});

test.each(['', 'lethe_', 'x', `lethe_${'0'.repeat(75)}!`, `Lethe_${'0'.repeat(75)}`, `lethe_${'0'.repeat(74)}`])(
  '%p is no secret',
  (text) => expect(tokenIdOf(text)).toBeNull(),
);
