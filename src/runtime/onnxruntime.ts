import './no-telemetry';

/** The only door to ONNX Runtime. */
export { InferenceSession, Tensor } from 'onnxruntime-node';
