import type { CustomSeriesOption, LineSeriesOption } from 'echarts';
import { FONT, FORGOTTEN, percent, RETAINED, renderSvg, type Share, SUBTITLE, TITLE } from './chart';

/** What was measured at one coefficient. */
export interface CurvePoint {
  readonly coefficient: number;
  readonly forget: Share;
  readonly retain: Share;
}

export interface CurveText {
  readonly title: string;
  /** Name of the horizontal axis, such as "coefficient of the negated task vector". */
  readonly coefficient: string;
  /** The coefficient that was kept, marked by a line. */
  readonly chosen?: number;
}

/** Accuracy on what is forgotten and on what is retained along a coefficient, with intervals, as SVG. */
export function coefficientCurve(points: readonly CurvePoint[], { title, coefficient, chosen }: CurveText): string {
  const sorted = [...points].sort((a, b) => a.coefficient - b.coefficient);
  const [retain, forget] = [curve(sorted, 'retain', RETAINED), curve(sorted, 'forget', FORGOTTEN)];
  if (chosen !== undefined) {
    retain[1].markLine = {
      symbol: 'none',
      silent: true,
      lineStyle: { color: '#555555', type: 'dashed' },
      label: { ...FONT, formatter: `kept: ${rounded(chosen)}`, position: 'end' },
      data: [{ xAxis: chosen }],
    };
  }
  return renderSvg(
    {
      title: { ...TITLE, text: title, subtext: 'bars: 95 % intervals', subtextStyle: SUBTITLE },
      legend: { right: 24, top: 14, itemGap: 22, textStyle: FONT, data: ['retain', 'forget'], selectedMode: false },
      grid: { left: 20, right: 40, top: 96, bottom: 44, containLabel: true },
      xAxis: {
        type: 'value',
        scale: true,
        name: coefficient,
        nameLocation: 'middle',
        nameGap: 28,
        nameTextStyle: FONT,
        axisLabel: { ...FONT, formatter: rounded },
        splitLine: { show: false },
      },
      yAxis: {
        type: 'value',
        min: 0,
        max: 1,
        name: 'accuracy',
        nameTextStyle: FONT,
        axisLabel: { ...FONT, formatter: percent },
        splitLine: { lineStyle: { color: '#e6e6e6' } },
      },
      series: [...retain, ...forget],
    },
    760,
    440,
  );
}

function curve(
  points: readonly CurvePoint[],
  of: 'forget' | 'retain',
  color: string,
): [CustomSeriesOption, LineSeriesOption] {
  const bars: CustomSeriesOption = {
    type: 'custom',
    name: `${of}, interval`,
    silent: true,
    data: points.map((point) => [point.coefficient, point[of].low, point[of].high]),
    encode: { x: 0, y: [1, 2] },
    renderItem: (_, api) => {
      const [x, low] = api.coord([api.value(0), api.value(1)]) as [number, number];
      const [, high] = api.coord([api.value(0), api.value(2)]) as [number, number];
      const style = { stroke: color, lineWidth: 1.5, opacity: 0.7 };
      const line = (x1: number, y1: number, x2: number, y2: number) =>
        ({ type: 'line', shape: { x1, y1, x2, y2 }, style }) as const;
      return {
        type: 'group',
        children: [line(x, low, x, high), line(x - 4, low, x + 4, low), line(x - 4, high, x + 4, high)],
      };
    },
  };
  const line: LineSeriesOption = {
    type: 'line',
    name: of,
    symbol: of === 'forget' ? 'diamond' : 'circle',
    symbolSize: of === 'forget' ? 11 : 8,
    itemStyle: { color },
    lineStyle: { color, width: 2.5 },
    data: points.map((point) => [point.coefficient, point[of].accuracy]),
  };
  return [bars, line];
}

const rounded = (value: number): string => String(Number(value.toPrecision(3)));
