export { describeBackend } from "./describe-backend.ts";
export { describeOperations } from "./describe-operations.ts";
export type { OnnxCase, OnnxGraph, OnnxNode, OnnxTensor } from "./onnx/onnx-case.ts";
export { runCase } from "./onnx/run-case.ts";
export type { CaseResult } from "./onnx/run-case.ts";
