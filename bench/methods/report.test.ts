import type { MethodComparison } from './compare';
import type { RunReport } from './protocol';
import { assertSame, differences, methodRow, methodsReport, timeRatio } from './report';

const run = (seconds: number, losses: Record<string, number> = {}): RunReport => ({
  versions: { node: 'v1', onnxruntime: '2', torch: '3', open_clip: '4' },
  seconds,
  workSeconds: seconds / 2,
  workProcessorSeconds: seconds / 4,
  processorSeconds: seconds,
  peakBytes: seconds * 2 ** 30,
  losses,
  facts: { steps: { forget: 7 } },
});

const comparison = (theirs: number): MethodComparison => ({
  method: 'lip',
  model: 'resnet',
  check: { lethe: run(1, { forget: 2, align: 5 }), pytorch: run(1, { forget: theirs, synthesise: 1 }) },
  lethe: [run(1), run(4), run(3)],
  pytorch: [run(2), run(4), run(4)],
});

describe('the report of whole runs', () => {
  it('takes the median of the ratios of pairs, not the ratio of medians', () => {
    expect(timeRatio(comparison(2))).toBe(0.75);
    expect(methodRow(comparison(2))).toBe(
      '| `lip` | resnet | 3.0 | 4.0 | **0.75** (0.50 to 1.00) | 0.75 | 0.75; processor 0.75 | 3.00 | 4.00 |',
    );
  });

  it('has no peak where the system tells none', () => {
    const { lethe, ...rest } = comparison(2);
    const silent = { ...rest, lethe: lethe.map((each) => ({ ...each, peakBytes: null })) };
    expect(methodRow(silent)).toContain('| ? | 4.00 |');
  });

  it('compares the losses that both sides tell', () => {
    expect(differences(comparison(2.5))).toEqual([['forget', 0.2]]);
  });

  it('refuses two sides that compute different things, and one that told no loss', () => {
    expect(() => assertSame(comparison(2.001))).not.toThrow();
    expect(() => assertSame(comparison(2.01))).toThrow('first losses of "forget" differ');
    expect(() => assertSame(comparison(Number.NaN))).toThrow('differ');
    const mute = { ...comparison(2), check: { lethe: run(1), pytorch: run(1) } };
    expect(() => assertSame(mute)).toThrow('no loss was compared');
  });

  it('says under which load it was measured and whether the goal is reached', () => {
    const page = methodsReport([comparison(2)], { command: 'npm run x', pairs: 3, load: [1.5, 2.25] });
    expect(page).toContain('load average 1.50 before the first run');
    expect(page).toContain('2.25 after the last');
    expect(page).toContain('Reached by 1 of 1.');
    expect(page).toContain('| `lip` | resnet | forget | 7 | 2.00000 | 2.00000 | 0e+0 |');
  });
});
