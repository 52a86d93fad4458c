import { embeddingDrift } from './embedding-drift';
import { imageFromImage } from './image-from-image';
import { imageFromText } from './image-from-text';
import { imageRetrieval } from './image-retrieval';
import { lipScore } from './lip-score';
import type { Declaration } from './metric';
import { ratioScore } from './ratio-score';
import { templates } from './templates';
import { textRetrieval } from './text-retrieval';
import { zeroShot } from './zero-shot';
import { zeroShotTextRetrieval } from './zero-shot-text-retrieval';

/** Every metric. A new one is a file and a row here: the API, its checks and docs/metrics.md follow. */
export const METRICS = {
  ZERO_SHOT: zeroShot,
  TEMPLATES: templates,
  ZERO_SHOT_TEXT_RETRIEVAL: zeroShotTextRetrieval,
  IMAGE_RETRIEVAL: imageRetrieval,
  TEXT_RETRIEVAL: textRetrieval,
  IMAGE_FROM_TEXT: imageFromText,
  IMAGE_FROM_IMAGE: imageFromImage,
  LIP_SCORE: lipScore,
  RATIO_SCORE: ratioScore,
  EMBEDDING_DRIFT: embeddingDrift,
} as const satisfies Record<string, Declaration>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];
