/** Why a checkpoint was not accepted; each code is one kind of thing to put right. */
export type CheckpointRefusal =
  | 'NOT_FOUND'
  | 'UNREADABLE'
  | 'MALFORMED_HEADER'
  | 'MALFORMED_CONFIG'
  | 'UNSUPPORTED_DTYPE'
  | 'UNSUPPORTED_ARCHITECTURE'
  | 'MISSING_TENSOR'
  | 'UNEXPECTED_TENSOR'
  | 'WRONG_SHAPE'
  | 'NOT_FINITE'
  | 'MISSING_TOKENIZER'
  | 'MALFORMED_TOKENIZER';

/** A checkpoint that cannot be used as it is. The message says what is wrong and what to do; `path` is the file at fault. */
export class CheckpointRefused extends Error {
  override readonly name = 'CheckpointRefused';

  constructor(
    readonly code: CheckpointRefusal,
    message: string,
    readonly path: string,
  ) {
    super(message);
  }
}

/** An image that cannot be decoded. */
export class ImageRefused extends Error {
  override readonly name = 'ImageRefused';
  readonly code = 'CORRUPT_IMAGE';
}
