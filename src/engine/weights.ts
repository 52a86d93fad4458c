/** Named float32 tensors, as checkpoints hold them. */
export type Weights = Map<string, { shape: readonly number[]; data: Float32Array }>;
