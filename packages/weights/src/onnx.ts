export { dequantize } from "./onnx/dequantize.ts";
export type { DequantizeOptions, QuantizedNames } from "./onnx/dequantize.ts";
export type { OnnxNode } from "./onnx/graph.ts";
export { openOnnx } from "./onnx/open-onnx.ts";
export type { OnnxFile } from "./onnx/open-onnx.ts";
