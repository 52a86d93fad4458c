export { accuracyByClass, type ClassChange } from './accuracy-by-class';
export type { Share } from './chart';
export { type CurvePoint, type CurveText, coefficientCurve } from './coefficient-curve';
export { type EmbeddedImages, embeddingMap } from './embedding-map';
export { type HeatRow, heatMapSheet } from './heat-map-sheet';
export { imageSheet, type SheetOptions } from './image-sheet';
