// ONNX Runtime 1.30 reports its use to Microsoft over HTTPS unless it is told not to before it is loaded. Nothing here may.
process.env.ORT_DISABLE_TELEMETRY = '1';
