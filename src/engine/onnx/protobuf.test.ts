import { Message } from './protobuf';

describe('protocol buffer writer', () => {
  it('writes the documented example: field 1 = 150, inside field 3', () => {
    const bytes = new Message().message(3, new Message().integer(1, 150)).finish();
    expect([...bytes]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
  });

  it('holds a message of more chunks than a call takes arguments', () => {
    const inner = new Message();
    for (let i = 0; i < 200_000; i++) inner.integer(1, 1);
    expect(new Message().message(2, inner).finish().length).toBe(400_000 + 4);
  });
});
