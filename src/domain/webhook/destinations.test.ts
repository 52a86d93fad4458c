import { Destinations } from './destinations';

const anywhere = new Destinations();

test.each([
  ['https://example.org/hook', null],
  ['https://93.184.216.34/hook', null],
  ['https://[2606:2800:220:1::1]/hook', null],
  ['http://example.org/hook', 'http:// is for loopback'],
  ['ftp://example.org', 'must begin with https'],
  ['nonsense', 'no URL'],
  ['https://user:secret@example.org', 'password'],
  ['https://127.0.0.1', 'private'],
  ['https://2130706433', 'private'],
  ['https://0x7f.1', 'private'],
  ['https://10.1.2.3', 'private'],
  ['https://169.254.169.254/latest/meta-data', 'private'],
  ['https://172.31.255.255', 'private'],
  ['https://192.168.0.1', 'private'],
  ['https://100.64.0.1', 'private'],
  ['https://0.0.0.0', 'private'],
  ['https://[::1]', 'private'],
  ['https://[::ffff:10.0.0.1]', 'private'],
  ['https://[64:ff9b::a00:1]', 'private'],
  ['https://[fd00::1]', 'private'],
  ['https://[fe80::1]', 'private'],
  ['https://127.0.0.1.', 'private'],
  ['https://127.1', 'private'],
  ['https://0177.0.0.1', 'private'],
  ['https://[::127.0.0.1]', 'private'],
  ['https://[::ffff:7f00:1]', 'private'],
  ['https://[2002:7f00:1::]', 'private'],
  ['https://[3fff::1]', 'private'],
  ['https://[5f00::1]', 'private'],
])('%s: %s', (url, problem) => {
  const found = anywhere.problemOf(url);
  if (problem === null) expect(found).toBeNull();
  else expect(found).toContain(problem);
});

test('a listed network may be called, by http only where it is loopback', () => {
  const inside = new Destinations(['10.0.0.0/8', '127.0.0.0/8', 'fd00::/8']);
  expect(inside.problemOf('https://10.1.2.3')).toBeNull();
  expect(inside.problemOf('https://[fd00::1]')).toBeNull();
  expect(inside.problemOf('http://127.0.0.1:8080')).toBeNull();
  expect(inside.problemOf('http://10.1.2.3')).toContain('loopback');
  expect(inside.problemOf('https://192.168.0.1')).toContain('private');
});

test('a name that leads to a private address is refused when it is resolved', async () => {
  const found = await new Promise<Error | null>((resolve) => {
    anywhere.lookupFor('https:')('localhost', {}, (error) => resolve(error));
  });
  expect(found?.message).toContain('private');
  const allowed = await new Promise<unknown>((resolve) => {
    const listed = new Destinations(['127.0.0.0/8', '::1/128']);
    listed.lookupFor('https:')('localhost', { all: true }, (_, addresses) => resolve(addresses));
  });
  expect(allowed).toEqual(expect.arrayContaining([expect.objectContaining({ family: expect.any(Number) })]));
});
