import { QueryFailedError } from 'typeorm';
import { withoutValues } from './log';

test('an error of the database is logged without the values it was about', () => {
  const driver = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (name)=(Mia Muster) exists' });
  const error = new QueryFailedError('SELECT id FROM request WHERE hash = $1', ['Mia Muster'], driver);
  const shown = JSON.stringify(withoutValues(error));
  expect(shown).not.toContain('Muster');
  expect(JSON.parse(shown)).toMatchObject({
    type: 'QueryFailedError',
    message: 'duplicate key',
    stack: expect.stringContaining('log.test'),
    code: '23505',
    query: 'SELECT id FROM request WHERE hash = $1',
  });
});

test('what is thrown and is no error is told in words', () => {
  expect(withoutValues('no')).toEqual({ type: 'string', message: 'no' });
});
