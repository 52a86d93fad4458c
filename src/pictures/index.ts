export { imageSheet, type SheetOptions } from './image-sheet';
