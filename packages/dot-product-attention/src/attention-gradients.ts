import type { Operand } from "@fovea/block-operations";
import { zeros } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import type { Backend, Gradients } from "./backend.ts";
import { checkDifferentiable } from "./checks/check-differentiable.ts";
import { checkOutputGradient } from "./checks/check-output-gradient.ts";
import type { AttentionOptions } from "./options.ts";
import { prepareCall } from "./prepare-call.ts";
import { releaseUnused } from "./release-unused.ts";
import { referenceBackend } from "./reference/reference-backend.ts";

export interface AttentionGradients<T extends Operand = Tensor> extends Gradients<T> {
  /** Of the past keys and values, `[batch, keyHeads, pastKeys, …]`; null without a past. */
  readonly past: { readonly key: T; readonly value: T } | null;
  /** What `attention` gives for the same arguments, computed on the way. */
  readonly output: T;
}

/** Gradients of a loss through `attention`: of query, key, value, the past, every float table of the score and probability programs, and the sinks.
 *  Rows and pairs that are not seen get and give zero, whatever they hold. Table gradients are summed in float64 and deterministic.
 *  @param outputGradient d loss / d output, `[batch, heads, queries, valueDim]`
 *  @param options as for `attention`; `returns` is not read
 *  @throws {DTypeError} for int8 keys or values, which are for inference; otherwise as `attention` does */
export function attentionGradients(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  outputGradient: Tensor,
  options?: AttentionOptions,
): AttentionGradients;
export function attentionGradients<T extends Operand>(
  query: T,
  key: T,
  value: T,
  outputGradient: T,
  options: AttentionOptions<T> & { readonly backend: Backend<T> },
): AttentionGradients<T>;
export function attentionGradients(
  query: Tensor,
  newKey: Tensor,
  newValue: Tensor,
  outputGradient: Tensor,
  options: AttentionOptions = {},
): AttentionGradients {
  // what is no options object is refused by prepareCall, not by looking into it here
  const backend = options?.backend ?? referenceBackend;
  const prepared = prepareCall(query, newKey, newValue, options, backend);
  const { plan, sizes, pastKeys, declaredTables } = prepared;
  const call = { ...prepared.call, backwardFollows: true };
  return releaseUnused((made) => {
    made(prepared.made);
    checkDifferentiable(plan);
    checkOutputGradient(outputGradient, sizes);
    const kernel = backend.compile(plan);
    const forward = made(kernel.forward(call));
    const gradients = kernel.backward(call, forward, outputGradient);
    made({ query: gradients.query, key: gradients.key, value: gradients.value });
    /** Gradients of the past and of what follows. */
    const cut = (whole: Tensor): readonly [past: Tensor, fresh: Tensor] => [
      made(backend.sliceKeys(whole, 0, pastKeys)),
      made(backend.sliceKeys(whole, pastKeys, sizes.keys)),
    ];
    const [pastKey, key] = options.past ? cut(gradients.key) : [null, gradients.key];
    const [pastValue, value] = options.past ? cut(gradients.value) : [null, gradients.value];
    return {
      query: gradients.query,
      key,
      value,
      past: pastKey && pastValue && { key: pastKey, value: pastValue },
      tables: {
        score: withUnused(gradients.tables.score, declaredTables.score),
        probability: withUnused(gradients.tables.probability, declaredTables.probability),
      },
      sinks: gradients.sinks,
      output: forward.output,
    };
  });
}

/** Adds zeros for the float tables that simplification found to have no influence. */
function withUnused(
  gradients: Readonly<Record<string, Tensor>>,
  declared: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> {
  const all: Record<string, Tensor> = { ...gradients };
  for (const [name, { shape, dtype }] of Object.entries(declared)) {
    if (dtype === "float32" || dtype === "float64") all[name] ??= zeros(shape, dtype);
  }
  return all;
}
