import type { Operand } from "@fovea/block-operations";
import { causal } from "@fovea/masking";
import { programKey, simplify, withoutValues } from "@fovea/program";
import { ShapeError } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import type { BlockMask } from "@fovea/masking";
import { AttentionError } from "./attention-error.ts";
import type { Backend, Call, PlanTables } from "./backend.ts";
import { checkLengths } from "./checks/check-lengths.ts";
import { checkOperand, checkOperands } from "./checks/check-operands.ts";
import type { Sizes } from "./checks/check-operands.ts";
import { checkProgram } from "./checks/check-program.ts";
import type { CheckedProgram, ProgramRole, ProgramSource } from "./checks/check-program.ts";
import { checkTables } from "./checks/check-tables.ts";
import { chooseBlockMask } from "./choose-block-mask.ts";
import { checkAttentionOptions } from "./checks/check-attention-options.ts";
import type { AttentionOptions } from "./options.ts";
import { checkNormalizer, type Normalizer, normalizers, normalizerTraits } from "./normalizer.ts";
import { createPlan, keyTypes } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { releaseUnused } from "./release-unused.ts";

/** A call whose every part has been checked, with the plan of the kernel that runs it. */
export interface PreparedCall<T extends Operand = Tensor> {
  readonly plan: Plan;
  readonly call: Call<T>;
  readonly sizes: Sizes;
  readonly pastKeys: number;
  /** Operands that were made for this call, the past and what follows it as one; the caller's to dispose of after its last use. */
  readonly made: readonly T[];
  /** Every table the programs came with; `call.tables` holds those that simplification left. */
  readonly declaredTables: PlanTables<T>;
}

const withLogSumExp = normalizers.filter((name) => normalizerTraits[name].remembers === "logSumExp");
const largestInt = 2 ** 31 - 1;
const causalKey = programKey(withoutValues(simplify(causal())));

/** Options → plan and call. Everything wrong is refused here, before a kernel is compiled or a number is computed.
 *  @throws {AttentionError | ShapeError | DTypeError | ProgramError} */
export function prepareCall<T extends Operand>(
  query: T,
  newKey: T,
  newValue: T,
  options: AttentionOptions<T>,
  backend: Backend<T>,
): PreparedCall<T> {
  checkAttentionOptions(options);
  if (typeof backend?.compile !== "function") {
    throw new AttentionError(
      `attention: expected backend to be one, such as createWasmBackend() gives, got ${typeof backend}.`,
    );
  }
  const present = checkOperands("attention", query, newKey, newValue);
  const pastKeys = options.past ? checkPast(options.past, newKey, newValue) : 0;
  const sizes = { ...present, keys: pastKeys + present.keys };
  const { batch, heads, queries, keys, headDim, valueDim } = sizes;

  const score = checkOptional("score", options.score);
  const mask = checkOptional("mask", options.mask);
  const probability = checkOptional("probability", options.probability);
  const { normalizer = "softmax", scale = 1 / Math.sqrt(headDim), returns = {} } = options;
  const plan = createPlan({
    headDim,
    valueDim,
    queryType: query.dtype,
    keyType: newKey.dtype,
    valueType: newValue.dtype,
    score: score?.program ?? null,
    mask: mask?.program ?? null,
    probability: probability?.program ?? null,
    normalizer,
  });
  if (typeof scale !== "number" || !Number.isFinite(scale)) {
    throw new AttentionError(`attention: expected scale to be a finite number, got ${String(scale)}.`);
  }
  checkNormalizer("attention", normalizer);
  const ofSoftmax = (["logSumExp", "rowTotal"] as const).find((name) => returns[name]);
  if (ofSoftmax && normalizerTraits[normalizer].remembers !== "logSumExp") {
    throw new AttentionError(
      `attention: ${normalizer} has no ${ofSoftmax}; it is there for ${withLogSumExp.join(", ")}.`,
    );
  }
  const sinks = checkSinks<T | Tensor>(options.sinks ?? null, normalizer, heads);
  const queryOffsets = checkLengths(
    "queryOffset",
    options.queryOffset,
    batch,
    pastKeys,
    -largestInt,
    largestInt - queries,
  );
  const queryLengths = checkLengths("queryLengths", options.queryLengths, batch, queries, 0, queries);
  const keyLengths = checkLengths("keyLengths", options.keyLengths, batch, keys, 0, keys);

  const counts = {
    batch,
    head: heads,
    query: queryOffsets.reduce((most, offset, b) => Math.max(most, queryLengths[b] && offset + queryLengths[b]), 0),
    key: keyLengths.reduce((most, length) => Math.max(most, length), 0),
  };
  const tables = {
    score: checkTables("score", score, options.tables?.score ?? {}, counts),
    mask: checkTables<Tensor>("mask", mask, options.tables?.mask ?? {}, counts),
    probability: checkTables("probability", probability, options.tables?.probability ?? {}, counts),
  };
  const masked = { mask: plan.mask, masked: mask !== null, queryOffsets, tables: tables.mask.used };
  const choose = (keys: number): BlockMask | null =>
    chooseBlockMask({ ...masked, sizes: { ...sizes, keys } }, options.blockMask, backend.blockSize);
  /** One query that looks back sees all keys up to its own. */
  const looksBack = plan.mask !== null && queries === 1 && programKey(plan.mask) === causalKey;
  const mayHide = (keys: number): boolean =>
    plan.mask !== null && !(looksBack && queryOffsets.every((offset) => offset >= keys - 1));
  const hides = mayHide(keys);
  const blockMask = hides || options.blockMask ? choose(keys) : null;

  const { past } = options;
  const made = past ? joinPast(backend, past, newKey, newValue) : null;
  /** Keys there were at the latest run. */
  let latest = keys;
  const call = {
    query,
    key: made?.key ?? newKey,
    value: made?.value ?? newValue,
    scale,
    queryOffsets,
    queryLengths,
    keyLengths,
    tables: { score: tables.score.used, mask: tables.mask.used, probability: tables.probability.used },
    sinks,
    blockMask,
    returnLogSumExp: returns.logSumExp ?? false,
    backwardFollows: false,
    mayHide: hides,
    renew(this: { readonly key: T; blockMask: BlockMask | null; mayHide: boolean }): void {
      const now = this.key.shape[2];
      const more = now - latest;
      latest = now;
      for (let b = 0; b < batch; b++) {
        queryOffsets[b] += more;
        if (!options.keyLengths) keyLengths[b] = now;
      }
      this.mayHide = mayHide(now);
      this.blockMask = this.mayHide ? choose(now) : null;
    },
  };
  const declaredTables = {
    score: tables.score.declared,
    mask: tables.mask.declared,
    probability: tables.probability.declared,
  };
  return { plan, call, sizes, pastKeys, made: made ? [made.key, made.value] : [], declaredTables };
}

/** Past keys and values and the new ones, each as one operand: both or none. */
function joinPast<T extends Operand>(
  backend: Backend<T>,
  past: { readonly key: T; readonly value: T },
  newKey: T,
  newValue: T,
): { readonly key: T; readonly value: T } {
  return releaseUnused((made) => ({
    key: made(backend.concatenateKeys([past.key, newKey])),
    value: made(backend.concatenateKeys([past.value, newValue])),
  }));
}

/** Only null and undefined are no program: 0, false and "" are slips. */
function checkOptional(role: ProgramRole, source: ProgramSource | null | undefined): CheckedProgram | null {
  return source === null || source === undefined ? null : checkProgram(role, source);
}

/** Checks that past keys and values continue into the new ones; returns how many there are. */
function checkPast(past: { readonly key: Operand; readonly value: Operand }, key: Operand, value: Operand): number {
  const axes = ["batch", "keyHeads", "pastKeys"];
  const keyShape = checkOperand("attention", "past.key", past.key, [...axes, "headDim"], keyTypes);
  const valueShape = checkOperand("attention", "past.value", past.value, [...axes, "valueDim"], keyTypes);
  const pairs = [
    ["key", past.key, keyShape, key],
    ["value", past.value, valueShape, value],
  ] as const;
  for (const [name, cached, shape, fresh] of pairs) {
    const expected = fresh.shape.map((length, axis) => (axis === 2 ? keyShape[2] : length));
    if (shape.some((length, axis) => length !== expected[axis])) {
      throw new ShapeError(
        `attention: expected past.${name} [${expected.join(", ")}] beside ${name} [${fresh.shape.join(", ")}], got [${shape.join(", ")}].`,
      );
    }
    if (cached.dtype !== fresh.dtype) {
      throw new AttentionError(
        `attention: expected past.${name} to hold ${fresh.dtype} like ${name}, got ${cached.dtype}. Cast one of them.`,
      );
    }
  }
  return keyShape[2];
}

function checkSinks<Sinks extends Operand>(sinks: Sinks | null, normalizer: Normalizer, heads: number): Sinks | null {
  const needed = normalizerTraits[normalizer].sink === "learned";
  if (needed !== (sinks !== null)) {
    throw new AttentionError(
      needed
        ? `attention: softmaxWithSink needs sinks [${heads}]. For a sink of 0 use softmaxPlusOne.`
        : `attention: sinks are read by the normalizer softmaxWithSink only, got ${normalizer}.`,
    );
  }
  if (sinks === null) return null;
  if (sinks.dtype !== "float32" && sinks.dtype !== "float64") {
    throw new AttentionError(
      `attention: expected sinks to hold float32 or float64, got ${sinks.dtype}. Cast them first.`,
    );
  }
  if (sinks.shape.length !== 1 || sinks.shape[0] !== heads) {
    throw new ShapeError(`attention: expected sinks [heads] = [${heads}], got [${sinks.shape.join(", ")}].`);
  }
  return sinks;
}
