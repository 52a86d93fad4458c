import type { Weights } from '../../engine';
import type { ClipConfig } from '../config';
import type { CompanionFiles } from '../layouts/layout';
import type { ElementName, WeightType } from '../safetensors/element-type';
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer';

/** A CLIP as read from its files, with all that is needed to write it back as it came. */
export interface Checkpoint {
  config: ClipConfig;
  /** Every weight and running statistic, float32, under OpenAI's names. */
  weights: Weights;
  tokenizer: ClipTokenizer;
  stored: StoredForm;
}

/** How the weights lay in their file; a changed copy of them is stored the same way. */
export interface StoredForm {
  /** The weights' file name. */
  file: string;
  /** The file's tensors in their order, under the names they have there. */
  tensors: readonly StoredTensor[];
  metadata: Record<string, string>;
  /** Configuration and tokenizer files, kept byte for byte. */
  companions: CompanionFiles;
}

/** A weight's tensor, or one of the counters and index tables that some files carry and no computation needs (`bytes`). */
export type StoredTensor = { name: string; shape: readonly number[] } & (
  | { dtype: WeightType; bytes?: undefined }
  | { dtype: ElementName; bytes: Uint8Array }
);
