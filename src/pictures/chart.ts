import type { EChartsOption } from 'echarts';

/** Colour-blind safe and far apart (Okabe and Ito, https://jfly.uni-koeln.de/color/); black is left for text. */
export const PALETTE = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#1b4d3e',
  '#8a6d3b',
  '#6a51a3',
  '#b3b300',
  '#555555',
] as const;

export const FORGOTTEN = '#d62728';
export const RETAINED = '#0072b2';
export const QUIET = '#9aa0a6';
export const TEXT = '#222222';

/** What readers who do not zoom can read. */
export const FONT = { fontFamily: 'Helvetica, Arial, DejaVu Sans, sans-serif', color: TEXT, fontSize: 13 };

export const TITLE = { left: 16, top: 10, textStyle: { ...FONT, fontSize: 17, fontWeight: 'bold' as const } };
export const SUBTITLE = { ...FONT, fontSize: 12.5, color: '#555555', lineHeight: 17 };

/** What is for pages with scripts and a mouse; its numbers count up with every chart of the process. */
const INTERACTIVE = / (?:class|ecmeta_\w+)="[^"]*"|<style ?>[\s\S]*?<\/style>/g;

/** A chart as SVG text, drawn without a browser. Equal options give equal text. */
export function renderSvg(option: EChartsOption, width: number, height: number): string {
  // Loaded here, because it takes a quarter of a second and most trainers end without a chart.
  const echarts: typeof import('echarts') = require('echarts');
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ ...option, animation: false, backgroundColor: '#ffffff', textStyle: FONT });
    return chart
      .renderToSVGString()
      .replaceAll(INTERACTIVE, '')
      .replaceAll(/\bzr\d+-/g, 'lethe-');
  } finally {
    chart.dispose();
  }
}

/** An accuracy with its interval; all from 0 to 1. */
export interface Share {
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

export const percent = (value: number): string => `${Math.round(100 * value)} %`;
