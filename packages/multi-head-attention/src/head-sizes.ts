import type { Operand } from "@fovea/block-operations";
import { checkShape, ShapeError, wholeNumber } from "@fovea/tensor";
import { MultiHeadAttentionError } from "./multi-head-attention-error.ts";
import type { HeadNormalization, MultiHeadAttentionWeights, Projection } from "./weights/weights.ts";

export interface HeadSizes {
  readonly heads: number;
  readonly keyHeads: number;
  readonly headDim: number;
  readonly valueDim: number;
}

/** Checks that the weights fit each other and `heads`, and reads the sizes off them.
 *  @throws {ShapeError | MultiHeadAttentionError} */
export function headSizes(who: string, weights: MultiHeadAttentionWeights<Operand>, heads: number): HeadSizes {
  wholeNumber(who, "heads", heads, 1, undefined, MultiHeadAttentionError);
  const queryColumns = columns(who, "query", weights.query);
  const keyColumns = columns(who, "key", weights.key);
  const valueColumns = columns(who, "value", weights.value);
  const headDim = queryColumns / heads;
  if (!Number.isInteger(headDim) || headDim === 0) {
    throw new ShapeError(
      `${who}: query.weight must have a column count that ${heads} heads divide, got ${queryColumns}.`,
    );
  }
  const keyHeads = keyColumns / headDim;
  if (!Number.isInteger(keyHeads) || keyHeads === 0 || heads % keyHeads !== 0) {
    throw new ShapeError(
      `${who}: key.weight must have ${headDim} columns (headDim) for each of 1 to ${heads} key heads that divide ${heads}, got ${keyColumns} columns.`,
    );
  }
  const valueDim = valueColumns / keyHeads;
  if (!Number.isInteger(valueDim) || valueDim === 0) {
    throw new ShapeError(`${who}: value.weight must have columns for ${keyHeads} key heads, got ${valueColumns}.`);
  }
  if (weights.output) {
    columns(who, "output", weights.output);
    checkShape(who, "output.weight", weights.output.weight, [heads * valueDim, "outputDim"]);
  }
  checkNormalization(who, "queryNormalization", weights.queryNormalization, headDim);
  checkNormalization(who, "keyNormalization", weights.keyNormalization, headDim);
  return { heads, keyHeads, headDim, valueDim };
}

function columns(who: string, name: string, { weight, bias }: Projection<Operand>): number {
  const { out } = checkShape(who, `${name}.weight`, weight, ["in", "out"]);
  if (bias) checkShape(who, `${name}.bias`, bias, [out]);
  return out;
}

function checkNormalization(
  who: string,
  name: string,
  norm: HeadNormalization<Operand> | undefined,
  headDim: number,
): void {
  if (norm?.scale) checkShape(who, `${name}.scale`, norm.scale, [headDim]);
  if (norm?.bias && norm.kind === "rms") {
    throw new MultiHeadAttentionError(
      `${who}: ${name} of kind rms has no bias. Use kind layer, or leave the bias out.`,
    );
  }
  if (norm?.bias) checkShape(who, `${name}.bias`, norm.bias, [headDim]);
}
