import { checkOptions, ShapeError, toFloat64, zeros } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { AttentionError } from "./attention-error.ts";
import { checkOperand, checkOperands } from "./checks/check-operands.ts";
import type { Sizes } from "./checks/check-operands.ts";

export interface LinearAttentionOptions {
  /** Forgetting: log of the factor on the state at each token, `[batch, keyHeads, tokens]` or, per key feature, `[batch, keyHeads, tokens, headDim]`. */
  readonly decay?: Tensor | null | undefined;
  /** Correction: how far the state moves from what it recalls for a key to the key's value, `[batch, keyHeads or 1, tokens]`. */
  readonly beta?: Tensor | null | undefined;
  /** What earlier tokens left behind, `[batch, keyHeads, headDim, valueDim]`; default zeros. */
  readonly state?: Tensor | null | undefined;
  /** Factor on the output; default `1 / sqrt(headDim)`. */
  readonly scale?: number | undefined;
}

export interface LinearAttentionResult {
  /** `[batch, heads, tokens, valueDim]` */
  readonly output: Tensor;
  /** `[batch, keyHeads, headDim, valueDim]`, to be passed on with the next tokens. */
  readonly state: Tensor;
}

/** Attention without softmax, as a recurrence over tokens: O(tokens) time, and a state of fixed size instead of a cache.
 *  With S the state, g the decay and k ⊗ v the outer product, each token does
 *
 *  - linear: `S = S + k ⊗ v`
 *  - gated (with `decay`): `S = exp(g) S + k ⊗ v`
 *  - delta (with `beta`): `S = S + beta k ⊗ (v - Sᵀk)`
 *  - gated delta (with both): `S = exp(g) S`, then as delta
 *
 *  and gives `scale Sᵀq`: causal by nature. Query head h reads the state of key head `floor(h / (heads / keyHeads))`.
 *  Computed in float64; float64 if query, key or value is, else float32.
 *  @param query `[batch, heads, tokens, headDim]`
 *  @param key `[batch, keyHeads, tokens, headDim]`
 *  @param value `[batch, keyHeads, tokens, valueDim]`
 *  @throws {ShapeError | DTypeError | AttentionError}
 *  @see ONNX LinearAttention-27; Katharopoulos et al. 2020; Yang et al. 2024, "Gated Delta Networks" */
export function linearAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: LinearAttentionOptions = {},
): LinearAttentionResult {
  checkOptions(
    "linearAttention",
    options,
    { decay: true, beta: true, state: true, scale: true },
    { Refuse: AttentionError },
  );
  const sizes = checkOperands("linearAttention", query, key, value);
  const { batch, heads, keyHeads, queries: tokens, headDim, valueDim } = sizes;
  const { scale = 1 / Math.sqrt(headDim) } = options;
  checkState(sizes, options, scale);
  const dtype = [query, key, value].some((operand) => operand.dtype === "float64") ? "float64" : "float32";
  const [queries, keys, values] = [toFloat64(query), toFloat64(key), toFloat64(value)];
  const decays = options.decay ? toFloat64(options.decay) : null;
  const decayDim = options.decay?.shape.length === 4 ? headDim : 1;
  const betas = options.beta ? toFloat64(options.beta) : null;
  const betaHeads = options.beta?.shape[1] ?? 1;
  const group = heads / keyHeads;

  const output = zeros([batch, heads, tokens, valueDim], dtype);
  const finalState = zeros([batch, keyHeads, headDim, valueDim], dtype);
  const states = options.state ? Float64Array.from(toFloat64(options.state)) : new Float64Array(finalState.data.length);
  const change = new Float64Array(valueDim);
  const sum = new Float64Array(valueDim);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < keyHeads; h++) {
      const layer = b * keyHeads + h;
      const state = states.subarray(layer * headDim * valueDim, (layer + 1) * headDim * valueDim);
      for (let t = 0; t < tokens; t++) {
        const token = layer * tokens + t;
        // 1. forget
        if (decays) {
          for (let i = 0; i < headDim; i++) {
            const kept = Math.exp(decays[token * decayDim + (decayDim === 1 ? 0 : i)]);
            for (let j = 0; j < valueDim; j++) state[i * valueDim + j] *= kept;
          }
        }
        // 2. what to write: the value, or what the state lacks of it
        for (let j = 0; j < valueDim; j++) change[j] = values[token * valueDim + j];
        if (betas) {
          const beta = betas[(b * betaHeads + (betaHeads === 1 ? 0 : h)) * tokens + t];
          recall(state, keys, token * headDim, sum);
          for (let j = 0; j < valueDim; j++) change[j] = beta * (change[j] - sum[j]);
        }
        // 3. write
        for (let i = 0; i < headDim; i++) {
          const factor = keys[token * headDim + i];
          for (let j = 0; j < valueDim; j++) state[i * valueDim + j] += factor * change[j];
        }
        // 4. read, once for every query head of the group
        for (let head = h * group; head < (h + 1) * group; head++) {
          const row = (b * heads + head) * tokens + t;
          recall(state, queries, row * headDim, sum);
          for (let j = 0; j < valueDim; j++) output.data[row * valueDim + j] = scale * sum[j];
        }
      }
    }
  }
  finalState.data.set(states);
  return { output, state: finalState };
}

/** `Sᵀ x` into `sum`, for the vector x at `vectors[start …]`. */
function recall(state: Float64Array, vectors: Float64Array, start: number, sum: Float64Array): void {
  const valueDim = sum.length;
  const headDim = state.length / valueDim;
  sum.fill(0);
  for (let i = 0; i < headDim; i++) {
    const factor = vectors[start + i];
    for (let j = 0; j < valueDim; j++) sum[j] += factor * state[i * valueDim + j];
  }
}

function checkState(sizes: Sizes, { decay, beta, state }: LinearAttentionOptions, scale: number): void {
  const { batch, keyHeads, queries: tokens, keys, headDim, valueDim } = sizes;
  if (tokens !== keys) {
    throw new ShapeError(`linearAttention: every token has a query and a key, got ${tokens} queries and ${keys} keys.`);
  }
  if (typeof scale !== "number" || !Number.isFinite(scale)) {
    throw new AttentionError(`linearAttention: expected scale to be a finite number, got ${String(scale)}.`);
  }
  const perToken = [batch, keyHeads, tokens];
  if (decay) checkShape("decay", decay, [perToken, [...perToken, headDim]]);
  if (beta) checkShape("beta", beta, [perToken, [batch, 1, tokens]]);
  if (state) checkShape("state", state, [[batch, keyHeads, headDim, valueDim]]);
}

function checkShape(name: string, tensor: Tensor, accepted: readonly (readonly number[])[]): void {
  checkOperand("linearAttention", name, tensor, Array<string>(tensor.shape?.length).fill("…"));
  const got = tensor.shape.join(", ");
  if (accepted.some((shape) => shape.join(", ") === got)) return;
  const list = accepted.map((shape) => `[${shape.join(", ")}]`).join(" or ");
  throw new ShapeError(`linearAttention: expected ${name} ${list}, got [${got}].`);
}
