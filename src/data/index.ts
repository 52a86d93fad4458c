export { ARCHIVE_LIMITS, type ArchiveLimits } from './archive';
export { captionOf, DEFAULT_TEMPLATE, prompt } from './caption-of';
export { DataRefusal, type DataRefusalCode } from './data-refusal';
export { entries } from './entries';
export type { Entry } from './entry';
export { loadImages, type Preprocess } from './load-images';
export { type DatasetIndex, type Sample, sha256 } from './sample';
export { type ScanOptions, scanDataset } from './scan-dataset';
