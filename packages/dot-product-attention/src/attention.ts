import type { Operand } from "@fovea/block-operations";
import type { Tensor } from "@fovea/tensor";
import type { Backend } from "./backend.ts";
import type { AttentionOptions } from "./options.ts";
import { prepareCall } from "./prepare-call.ts";
import { releaseUnused } from "./release-unused.ts";
import { referenceBackend } from "./reference/reference-backend.ts";

export interface AttentionResult<T extends Operand = Tensor> {
  /** `[batch, heads, queries, valueDim]` */
  readonly output: T;
  /** `[batch, heads, queries]`, natural log of the sum of exp(score) over the keys a row sees, a sink not counted. When asked for. */
  readonly logSumExp?: T;
  /** `[batch, heads, queries]`, float64: the largest changed score of a row. When asked for. */
  readonly rowMaximum?: T;
  /** `[batch, heads, queries]`, float64: the sum of exp(score - rowMaximum) over the keys a row sees, a sink not counted. When asked for. */
  readonly rowTotal?: T;
}

/** Lets each query gather the values of the keys it may see, weighed by how well they match:
 *  `output = probability(normalizer(score(scale * query · key))) · value` over the pairs that `mask` lets through.
 *
 *  A pair is seen when it lies within the lengths, the mask says yes and its changed score is not -Infinity. What is not seen has no influence
 *  at all: NaN or Infinity there changes no bit. A row that sees nothing is zero, its logSumExp and rowMaximum -Infinity, its
 *  rowTotal 0. A NaN that is seen makes its row NaN, and so does a score of +Infinity under softmax, sparsemax and entmax15.
 *  The queries × keys matrix is never made. Output is float64 when query, key or value is, else float32.
 *  @param query `[batch, heads, queries, headDim]`
 *  @param key `[batch, keyHeads, keys, headDim]`; query head h reads key head `floor(h / (heads / keyHeads))`
 *  @param value `[batch, keyHeads, keys, valueDim]`
 *  @throws {ShapeError} when shapes do not belong together, e.g. heads is no multiple of keyHeads
 *  @throws {DTypeError} when an operand is not float32, float64, float16 or bfloat16, or, for key and value, int8 from `quantizeRows`
 *  @throws {AttentionError} for any other wrong option, before any work
 *  @see Vaswani et al. 2017, eq. 1 */
export function attention(query: Tensor, key: Tensor, value: Tensor, options?: AttentionOptions): AttentionResult;
export function attention<T extends Operand>(
  query: T,
  key: T,
  value: T,
  options: AttentionOptions<T> & { readonly backend: Backend<T> },
): AttentionResult<T>;
export function attention(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions = {}): AttentionResult {
  // what is no options object is refused by prepareCall, not by looking into it here
  const backend = options?.backend ?? referenceBackend;
  const { plan, call, made: ofCall } = prepareCall(query, key, value, options, backend);
  const { returns = {} } = options;
  return releaseUnused((made) => {
    made(ofCall);
    const { output, logSumExp, rowMaximum, rowTotal } = made(backend.compile(plan).forward(call));
    return {
      output,
      ...(returns.logSumExp && logSumExp ? { logSumExp } : {}),
      ...(returns.rowMaximum ? { rowMaximum } : {}),
      ...(returns.rowTotal && rowTotal ? { rowTotal } : {}),
    };
  });
}
