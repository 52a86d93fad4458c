/** Why a dataset cannot be used; each is something its owner can put right. */
export type DataRefusalCode =
  | 'DATASET_NOT_FOUND'
  | 'DATASET_LAYOUT'
  | 'DATASET_EMPTY'
  | 'CLASS_EMPTY'
  | 'IMAGE_CORRUPT'
  | 'ARCHIVE_CORRUPT'
  | 'ARCHIVE_UNSAFE_PATH'
  | 'ARCHIVE_TOO_LARGE'
  | 'CAPTIONS_INVALID'
  | 'SAMPLE_CHANGED';

/**
 * Data that is refused. Thrown, because it comes up in the middle of a stream; the service that asked turns it into
 * its own typed refusal. The message says what to do and names only paths inside the dataset.
 */
export class DataRefusal extends Error {
  override readonly name = 'DataRefusal';

  constructor(
    readonly code: DataRefusalCode,
    message: string,
    /** The offending file, as named inside the dataset. */
    readonly path?: string,
  ) {
    super(message);
  }
}
