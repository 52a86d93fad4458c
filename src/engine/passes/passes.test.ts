import { interpret } from '../interpreter';
import { add, div, exp, matmul, mul, neg, reshape, sub, sum, transpose } from '../ops';
import { apply, constant, full, input, type Node, parameter, type Tensor, topological } from '../tensor';
import { CASES, problem } from '../testing/primitive-cases';
import { commonSubexpressions, foldConstants, optimise, simplify, verify } from '.';

const x = input('x', [2, 3]);
const y = input('y', [2, 3]);
const ops = (roots: readonly Tensor[]) => topological(roots).map(({ op }) => op);

describe('constant folding', () => {
  it('computes what depends on constants alone, in float64', () => {
    const [folded] = foldConstants([exp(add(constant([0, 1], [2]), 2))]);
    expect(ops([folded!])).toEqual(['constant']);
    expect([...interpret([folded!], {})[0]!.data]).toEqual([Math.exp(2), Math.exp(3)]);
  });

  it('leaves alone what depends on an input, and a broadcast that would only take space', () => {
    expect(ops(foldConstants([add(x, 1)]))).toContain('add');
    const large = apply('broadcastTo', [constant([0], [])], { shape: [100, 100] });
    expect(ops(foldConstants([large]))).toEqual(['constant', 'broadcastTo']);
  });
});

describe('simplification', () => {
  const nothing: [string, Tensor][] = [
    ['x + 0', add(x, 0)],
    ['0 + x', add(0, x)],
    ['x - 0', sub(x, 0)],
    ['1 x', mul(1, x)],
    ['x 1', mul(x, 1)],
    ['x / 1', div(x, 1)],
    ['--x', neg(neg(x))],
    ['a reshape and back', reshape(reshape(x, [6]), [2, 3])],
    ['a transpose and back', transpose(transpose(x))],
  ];
  it.each(nothing)('%s is x', (_, t) => {
    expect(simplify([t])[0]!.node).toBe(x.node);
  });

  it('keeps an addition of zero that widens its operand', () => {
    const wide = add(input('row', [3]), full([2, 3], 0));
    expect(simplify([wide])[0]!.shape).toEqual([2, 3]);
    expect(ops(simplify([wide]))).toContain('add');
  });

  it('joins transposes and reshapes that follow each other', () => {
    const cube = input('cube', [2, 3, 4]);
    const turned = transpose(transpose(cube, [1, 2, 0]), [0, 2, 1]);
    expect(ops(simplify([turned]))).toEqual(['input', 'transpose']);
    expect(ops(simplify([reshape(reshape(cube, [6, 4]), [3, 8])]))).toEqual(['input', 'reshape']);
  });

  it('drops a broadcast that the operation repeats, and keeps one that it does not', () => {
    const row = input('row', [3]);
    const wide = apply('broadcastTo', [row], { shape: [2, 3] });
    expect(ops(simplify([mul(x, wide)]))).not.toContain('broadcastTo');
    expect(ops(simplify([mul(row, wide)]))).toContain('broadcastTo');
  });

  it('gathers scalar factors before they meet the tensor', () => {
    const rate = input('rate', []);
    const [product] = simplify([mul(0.5, mul(rate, x))]);
    expect(product!.node.inputs.map(({ shape }) => shape.length)).toEqual([0, 2]);
  });
});

describe('common subexpressions', () => {
  it('become one node', () => {
    const [a, b] = commonSubexpressions([exp(add(x, y)), neg(exp(add(x, y)))]);
    expect(b!.node.inputs[0]!.node).toBe(a!.node);
    expect(ops([a!, b!])).toEqual(['input', 'input', 'add', 'exp', 'neg']);
  });

  it('are not what differs in operands, their order, attributes or constants', () => {
    const different = [
      sub(x, y),
      sub(y, x),
      sum(x, 0),
      sum(x, 1),
      mul(x, 2),
      mul(x, 3),
      mul(x, constant([2], [1])),
      transpose(x),
    ];
    const nodes = commonSubexpressions(different).map(({ node }) => node);
    expect(new Set(nodes).size).toBe(different.length);
  });
});

describe('all passes', () => {
  it('drop what no root depends on', () => {
    const dead = exp(y);
    const [kept] = optimise([add(x, mul(sum(mul(dead, 0)), 0))]);
    expect(topological(optimise([sum(x)])).some(({ op }) => op === 'exp')).toBe(false);
    // a product with zero stays: y may be infinite
    expect(ops([kept!])).toContain('exp');
  });

  it.each(Object.entries(CASES))('keep the values of %s', (_, cases) => {
    for (const c of cases) {
      const { y: result, values, loss } = problem(c);
      const before = interpret([result, loss], values);
      const after = interpret(optimise([result, loss]), values);
      for (const [i, { shape, data }] of before.entries()) {
        expect(after[i]!.shape).toEqual(shape);
        for (const [at, value] of data.entries()) expect(after[i]!.data[at]).toBeCloseTo(value, 12);
      }
    }
  });
});

describe('the verifier', () => {
  const a = parameter('a', [2, 3]);
  const b = parameter('b', [3, 4]);
  const product = matmul(a, b);
  const broken = (changes: Partial<Node>): Tensor => ({ ...product, node: { ...product.node, ...changes } as Node });

  it('is content with a graph that fits', () => {
    expect(() => verify([exp(product)], 'test')).not.toThrow();
  });

  it('names the node, its operands and the pass when a result has the wrong shape', () => {
    const wrong = broken({ outputs: [{ shape: [2, 5], dtype: 'float32' }] });
    expect(() => verify([wrong], 'simplify')).toThrow(
      'internal: after simplify: matmul float32[2,5] of (parameter a float32[2,3], parameter b float32[3,4]) should give float32[2,4]',
    );
  });

  it('names the node whose operands do not fit its primitive', () => {
    const wrong = broken({ inputs: [a, a] });
    expect(() => verify([wrong], 'simplify')).toThrow(
      /internal: after simplify: matmul float32\[2,4\] of \(parameter a float32\[2,3\], parameter a float32\[2,3\]\) /,
    );
  });

  it('names the operand that its producer does not give', () => {
    const wrong = broken({ inputs: [a, { ...b, shape: [4, 4] }] });
    expect(() => verify([wrong], 'simplify')).toThrow(/reads parameter b float32\[4,4\], which its producer does not/);
  });
});
