import type { ScatterSeriesOption } from 'echarts';
import { FONT, FORGOTTEN, PALETTE, QUIET, renderSvg, SUBTITLE, TITLE } from './chart';
import { project } from './project';

export interface EmbeddedImages {
  /** Class of each image. */
  readonly labels: readonly string[];
  readonly forgotten: readonly string[];
  /** Image features of length 1, in the order of the labels. */
  readonly before: readonly Float32Array[];
  readonly after: readonly Float32Array[];
}

/** Where the images lie in CLIP's joint space before and after, in one fit, as SVG: two panels with the same axes. */
export function embeddingMap({ labels, forgotten, before, after }: EmbeddedImages, random: () => number): string {
  const points = project([...before, ...after], { random });
  const classes = byImportance(labels, forgotten);
  const shown = classes.slice(0, PALETTE.length + forgotten.length);
  const others = classes.slice(shown.length);
  const series = [0, 1].flatMap((panel) => {
    const own = points.slice(panel * labels.length, (panel + 1) * labels.length);
    const named = shown.map((name) => scatter(name, panel, forgotten.includes(name), colourOf(name, shown, forgotten)));
    const rest = scatter('other classes', panel, false, QUIET);
    for (const [i, point] of own.entries()) (named[shown.indexOf(labels[i]!)] ?? rest).data.push(point);
    // The forgotten ones last, so that they lie on top.
    return [...(others.length > 0 ? [rest] : []), ...named.reverse()];
  });
  const [x, y] = [0, 1].map((axis) => range(points.map((point) => point[axis]!)));
  const axis = (extent: [number, number] | undefined, gridIndex: number) => ({
    type: 'value' as const,
    gridIndex,
    min: extent![0],
    max: extent![1],
    axisLabel: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLine: { show: true, onZero: false, lineStyle: { color: '#cccccc' } },
  });
  const heading = (text: string, left: string) => ({
    text,
    left,
    top: 62,
    textAlign: 'center' as const,
    textStyle: { ...FONT, fontSize: 14, fontWeight: 'bold' as const },
  });
  return renderSvg(
    {
      title: [
        {
          ...TITLE,
          text: 'Images in the joint space, before and after',
          subtext: `${labels.length} images under both models, UMAP by cosine distance, one fit for both; far distances mean nothing`,
          subtextStyle: SUBTITLE,
        },
        heading('before', '23.5%'),
        heading('after', '62.5%'),
      ],
      legend: {
        orient: 'vertical',
        right: 12,
        top: 84,
        textStyle: { ...FONT, width: 130, overflow: 'truncate' },
        data: [...shown, ...(others.length > 0 ? ['other classes'] : [])],
        selectedMode: false,
      },
      grid: [
        { left: '5%', width: '37%', top: 88, bottom: 24, show: true, borderColor: '#cccccc' },
        { left: '44%', width: '37%', top: 88, bottom: 24, show: true, borderColor: '#cccccc' },
      ],
      xAxis: [axis(x, 0), axis(x, 1)],
      yAxis: [axis(y, 0), axis(y, 1)],
      series,
    },
    980,
    470,
  );
}

/** The forgotten classes first, then those with most images. */
function byImportance(labels: readonly string[], forgotten: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const rank = (name: string) => (forgotten.includes(name) ? Number.POSITIVE_INFINITY : counts.get(name)!);
  return [...counts.keys()].sort((a, b) => (rank(b) > rank(a) ? 1 : rank(b) < rank(a) ? -1 : a < b ? -1 : 1));
}

/** One forgotten class is red; of several each has a colour of its own, and their shape tells them apart. */
function colourOf(name: string, shown: readonly string[], forgotten: readonly string[]): string {
  if (forgotten.length === 1 && forgotten[0] === name) return FORGOTTEN;
  return PALETTE[shown.indexOf(name) % PALETTE.length]!;
}

function scatter(name: string, panel: number, forgotten: boolean, color: string) {
  return {
    type: 'scatter',
    name,
    xAxisIndex: panel,
    yAxisIndex: panel,
    symbol: forgotten ? 'diamond' : 'circle',
    symbolSize: forgotten ? 12 : 8,
    itemStyle: { color, opacity: forgotten ? 0.95 : 0.75, borderColor: '#ffffff', borderWidth: 0.5 },
    data: [] as [number, number][],
  } satisfies ScatterSeriesOption;
}

function range(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = 0.06 * (high - low || 1);
  return [low - margin, high + margin];
}
