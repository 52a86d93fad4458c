import { type RefusalCode, refusals, refuse } from './refusals';

test('a refusal says what, where and why, with every blank filled in', () => {
  const refusal = refuse('PARAMETER_INVALID', ['parameters', 'lambda1'], {
    parameter: 'lambda1',
    method: 'clip-erase',
    problem: 'must be >= 0',
  });
  expect(refusal).toMatchObject({
    code: 'PARAMETER_INVALID',
    path: ['parameters', 'lambda1'],
    message: 'parameter lambda1 of clip-erase must be >= 0',
  });
});

test('user text that looks like a blank stays as it is', () => {
  expect(refuse('INVALID_INPUT', [], { problem: '{id} $& \\' }).message).toBe('{id} $& \\');
});

test('templates are sentences without an end', () => {
  for (const code of Object.keys(refusals) as RefusalCode[]) expect(refusals[code]).not.toMatch(/[.!]$/);
});
