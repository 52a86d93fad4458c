export { type Change, type Forgetting, forgettingOf, oneGroup } from './forgetting';
export { lipScoreOf } from './lip-score';
export {
  type Declaration,
  DIRECTIONS,
  type Direction,
  type Features,
  type Group,
  type Measured,
  type MetricRow,
  NEEDS,
  type Need,
} from './metric';
export { ratioScoreOf } from './ratio-score';
export { METRIC_NAMES, METRICS, type MetricName } from './table';
export { dot, nearest, unit } from './vector';
export { type Proportion, wilson, Z_95 } from './wilson';
export { accuracyRows, zeroShotHits } from './zero-shot';
export { type ClassAccuracy, type ZeroShotReport, zeroShotReport } from './zero-shot-report';
