/** Numbers as ONNX stores them: `raw` is base64 of little-endian data, `data` a list of numbers (or "NaN", "Infinity", "-Infinity"). */
export interface OnnxTensor {
  readonly dims: readonly number[];
  /** Element type by ONNX's numbering: 1 float32, 7 int64, 9 bool, 10 float16, 11 float64, 16 bfloat16, … */
  readonly type: number;
  readonly raw?: string;
  readonly data?: readonly (number | string)[];
}

/** A node of a graph attribute. "" among the inputs is an absent operand. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attrs?: Readonly<Record<string, unknown>>;
}

/** A graph attribute, such as the score_mod of FlexAttention. */
export interface OnnxGraph {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly init?: Readonly<Record<string, OnnxTensor>>;
  readonly nodes: readonly OnnxNode[];
}

/** One call of one operator, with what it must give. */
export interface OnnxCase {
  readonly op: string;
  /** Version of each domain; not read: later versions of the operators here only add to earlier ones. */
  readonly opset?: unknown;
  /** Names of the operands, in the operator's order; "" is an absent one. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, OnnxTensor>>;
  readonly expected: Readonly<Record<string, OnnxTensor>>;
}
