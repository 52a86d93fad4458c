import { knownHosts } from './known-host';

test('loopback, the address listened on and what is allowed are known, whatever port and case', () => {
  const knows = knownHosts('192.168.1.5', ['lethe.example']);
  for (const host of ['localhost:4000', '127.0.0.1', '[::1]:4000', '192.168.1.5:80', 'Lethe.Example:443']) {
    expect([host, knows({ host })]).toEqual([host, true]);
  }
  for (const host of [undefined, '', 'evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'a b']) {
    expect([host, knows({ host })]).toEqual([host, false]);
  }
});

test('an Origin must be known as well, where a browser sends one', () => {
  const knows = knownHosts('127.0.0.1', []);
  const host = 'localhost:4000';
  expect(knows({ host, origin: 'http://localhost:5173' })).toBe(true);
  expect(knows({ host, origin: 'https://evil.example' })).toBe(false);
  expect(knows({ host, origin: 'null' })).toBe(false);
});
