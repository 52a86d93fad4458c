/** One named float32 tensor's values. */
export interface WeightValue {
  shape: readonly number[];
  data: Float32Array;
}

/** Named float32 tensors, as checkpoints hold them. */
export type Weights = Map<string, WeightValue>;
