import { referenceBackend } from "@fovea/dot-product-attention";
import type { Backend } from "@fovea/dot-product-attention";
import { allClose, cast } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { attention } from "./attention.ts";
import { CaseError } from "./case-error.ts";
import { causalConvWithState } from "./causal-conv-with-state.ts";
import { asRecord, decodeTensor } from "./decode-tensor.ts";
import { flexAttention } from "./flex-attention.ts";
import { linearAttention } from "./linear-attention.ts";
import type { OnnxCase } from "./onnx-case.ts";
import { operandsOf } from "./operands.ts";
import type { Operands } from "./operands.ts";
import { rmsNormalization } from "./rms-normalization.ts";
import { rotaryEmbedding } from "./rotary-embedding.ts";
import { tensorScatter } from "./tensor-scatter.ts";

export interface CaseResult {
  readonly pass: boolean;
  /** What went wrong, in one line; what agreed when nothing did. */
  readonly message: string;
}

/** What each operator gives for its operands, in the order of its outputs; null is an output that is not asked for. */
const operators: Readonly<Record<string, (operands: Operands) => readonly (Tensor | null)[]>> = {
  Attention: attention,
  CausalConvWithState: causalConvWithState,
  FlexAttention: flexAttention,
  LinearAttention: linearAttention,
  RMSNormalization: rmsNormalization,
  RotaryEmbedding: rotaryEmbedding,
  TensorScatter: tensorScatter,
};

/** How far a result may be off, absolutely and relatively, by ONNX element type: what holds for float32 arithmetic, rounded to that type at the end. */
const tolerances: Readonly<Record<number, number>> = { 1: 1e-5, 10: 2e-3, 11: 1e-6, 16: 1.6e-2 };

/** Runs one ONNX operator case through Fovea's public functions and compares every expected output.
 *  @param backend where attention runs; default the reference
 *  Never throws: a case that is malformed, or of an unknown operator, fails with a message. */
export function runCase(given: OnnxCase, backend: Backend = referenceBackend): CaseResult {
  try {
    const checked = checkCase(given);
    const { op, outputs, expected } = checked;
    if (!Object.hasOwn(operators, op)) {
      throw new CaseError(`operator "${op}" is not one of ${Object.keys(operators).join(", ")}.`);
    }
    const results = operators[op](operandsOf(checked, backend));
    const messages = Object.entries(expected).map(([name, tensor]) => {
      const result = name === "" ? null : results[outputs.indexOf(name)];
      if (!result) throw new CaseError(`${op} gives no output "${name}".`);
      return compare(name, result, tensor, checked.attrs.softmax_precision);
    });
    const failed = messages.filter((message) => message !== null);
    if (failed.length > 0) return { pass: false, message: failed.join("; ") };
    return { pass: true, message: `${Object.keys(expected).join(", ")}: all elements agree` };
  } catch (error) {
    return { pass: false, message: (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ") };
  }
}

const isNames = (list: unknown): boolean => Array.isArray(list) && list.every((name) => typeof name === "string");

function checkCase(given: unknown): OnnxCase {
  const { op, inputs, outputs, attrs = {}, tensors, expected } = asRecord("the case", given);
  if (typeof op !== "string")
    throw new CaseError(`expected op to be the name of an operator, got ${JSON.stringify(op)}.`);
  if (!isNames(inputs) || !isNames(outputs)) throw new CaseError("expected inputs and outputs to be lists of names.");
  asRecord("attrs", attrs);
  asRecord("tensors", tensors);
  if (Object.keys(asRecord("expected", expected)).length === 0)
    throw new CaseError("nothing is expected of this case.");
  return { ...(given as OnnxCase), attrs: attrs as OnnxCase["attrs"] };
}

/** What is wrong with an output, or null. A softmax in less precision than the output's is allowed that precision's error. */
function compare(
  name: string,
  result: Tensor,
  given: OnnxCase["expected"][string],
  softmaxPrecision: unknown,
): string | null {
  const expected = decodeTensor(name, given);
  const tolerance = Math.max(tolerances[given.type] ?? 0, tolerances[Number(softmaxPrecision)] ?? 0);
  const { pass, message } = allClose(cast(result, expected.dtype), expected, {
    absolute: tolerance,
    relative: tolerance,
    equalNaN: true,
  });
  return pass ? null : `${name}: ${message}`;
}
