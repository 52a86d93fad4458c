import type { EnvironmentContext, JestEnvironmentConfig } from '@jest/environment';
import { TestEnvironment } from 'jest-environment-node';
// here and not only in the test's own copy of the environment, which native code does not see
import '../src/runtime/no-telemetry';

/** ONNX Runtime checks tensors with `instanceof` of the main realm, so a test's typed arrays must come from there. */
export default class MainRealmArrays extends TestEnvironment {
  constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
    super(config, context);
    Object.assign(this.global, {
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
      Int32Array,
      Int8Array,
      Int16Array,
      Uint16Array,
      Uint32Array,
      Uint8Array,
      ArrayBuffer,
    });
  }
}
