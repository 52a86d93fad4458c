import type { CustomSeriesOption, ScatterSeriesOption } from 'echarts';
import { FONT, FORGOTTEN, percent, QUIET, RETAINED, renderSvg, type Share, SUBTITLE, TEXT, TITLE } from './chart';

export interface ClassChange {
  readonly name: string;
  readonly forgotten: boolean;
  readonly before: Share;
  readonly after: Share;
}

/** Rows that one page shows legibly. */
const MOST_ROWS = 40;
const ROW = 30;

/**
 * Accuracy of each class before and after, with its interval, as SVG: the forgotten classes above, the others by how
 * much they changed. Of many classes the least changed are left out, and the chart says so.
 *
 * @param chance accuracy of guessing
 */
export function accuracyByClass(classes: readonly ClassChange[], chance: number): string {
  const change = ({ before, after }: ClassChange) => Math.abs(after.accuracy - before.accuracy);
  const order = [...classes].sort(
    (a, b) => Number(b.forgotten) - Number(a.forgotten) || change(b) - change(a) || (a.name < b.name ? -1 : 1),
  );
  const rows = order.slice(0, MOST_ROWS);
  const left = order.length - rows.length;
  const height = 150 + ROW * rows.length;
  return renderSvg(
    {
      title: {
        ...TITLE,
        text: 'Accuracy of each class, before and after',
        subtext: `95 % Wilson intervals; dashed: guessing (${percent(chance)})${left > 0 ? `; the ${left} least changed classes are not shown` : ''}`,
        subtextStyle: SUBTITLE,
      },
      legend: { right: 20, top: 34, itemGap: 22, textStyle: FONT, data: LEGEND, selectedMode: false },
      grid: { left: 20, right: 30, top: 92, bottom: 44, containLabel: true },
      xAxis: {
        type: 'value',
        min: 0,
        max: 1,
        position: 'bottom',
        name: 'zero-shot accuracy',
        nameLocation: 'middle',
        nameGap: 28,
        nameTextStyle: FONT,
        axisLabel: { ...FONT, formatter: percent },
        splitLine: { lineStyle: { color: '#e6e6e6' } },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: rows.map(({ name, forgotten }) => ({
          value: name,
          textStyle: forgotten ? { color: FORGOTTEN, fontWeight: 'bold' } : { color: TEXT },
        })),
        axisLabel: { ...FONT, interval: 0, width: 180, overflow: 'truncate' },
        axisTick: { show: false },
        splitLine: { show: false },
      },
      series: [
        ...moment(rows, 'before', -5, () => QUIET, chance),
        ...moment(rows, 'after', 5, ({ forgotten }) => (forgotten ? FORGOTTEN : RETAINED)),
      ],
    },
    760,
    height,
  );
}

/** The points of one moment and their intervals, `shift` pixels below the middle of their rows. */
function moment(
  rows: readonly ClassChange[],
  when: 'before' | 'after',
  shift: number,
  colour: (row: ClassChange) => string,
  chance?: number,
): [CustomSeriesOption, ScatterSeriesOption] {
  const interval: CustomSeriesOption = {
    type: 'custom',
    name: `${when}, interval`,
    silent: true,
    data: rows.map((row, i) => [row[when].low, row[when].high, i]),
    encode: { x: [0, 1], y: 2 },
    renderItem: (_, api) => {
      const index = Number(api.value(2));
      const [from, middle] = api.coord([api.value(0), index]);
      const [to] = api.coord([api.value(1), index]);
      const y = middle! + shift;
      const style = { stroke: colour(rows[index]!), lineWidth: 2 };
      const line = (x1: number, y1: number, x2: number, y2: number) =>
        ({ type: 'line', shape: { x1, y1, x2, y2 }, style }) as const;
      return {
        type: 'group',
        children: [line(from!, y, to!, y), line(from!, y - 3, from!, y + 3), line(to!, y - 3, to!, y + 3)],
      };
    },
  };
  const points: ScatterSeriesOption = {
    type: 'scatter',
    name: when,
    symbolSize: 9,
    symbolOffset: [0, shift],
    itemStyle: { color: when === 'before' ? QUIET : RETAINED },
    data: rows.map((row, i) => ({ value: [row[when].accuracy, i], itemStyle: { color: colour(row) } })),
    ...(chance !== undefined && {
      markLine: {
        symbol: 'none',
        silent: true,
        label: { show: false },
        lineStyle: { color: '#777777', type: 'dashed' },
        data: [{ xAxis: chance }],
      },
    }),
  };
  return [interval, points];
}

const LEGEND = ['before', 'after'];
