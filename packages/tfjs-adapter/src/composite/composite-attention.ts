import { type Call, normalizerTraits, type Plan, prepareCall, referenceBackend } from "@fovea/dot-product-attention";
import { readValues, tensor as plainTensor, type Tensor as PlainTensor } from "@fovea/tensor";
import {
  add,
  cast,
  customGrad,
  greater,
  logicalNot,
  matMul,
  mul,
  reshape,
  scalar,
  sum,
  tensor,
  tidy,
  where,
  zeros,
  zerosLike,
} from "@tensorflow/tfjs-core";
import type { GradSaveFunc, Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import { coreOptions, type CallSpec } from "../call-spec.ts";
import { finiteOrZero, isFiniteNumber } from "./finite-or-zero.ts";
import { normalizers, type ScoreRows } from "./normalizers.ts";
import { backThrough, runProgram, type ProgramTables, type TensorTables } from "./run-program.ts";
import { safeSelect } from "./safe-select.ts";
import { groupRows, scorePairs, type CallTensors, type ScoredPairs } from "./score-pairs.ts";

/** Attention by operations of TensorFlow.js, with gradients by operations of TensorFlow.js: on every backend, any number of times.
 *  Memory: some matrices `[batch, heads, queries, keys]`. */
export function compositeAttention(spec: CallSpec, inputs: readonly Tensor[]): Tensor4D {
  const operation = customGrad((...args) => {
    const save = args[args.length - 1] as GradSaveFunc;
    const given = args.slice(0, -1) as Tensor[];
    save(given);
    return {
      value: tidy(() => forward(prepare(spec, given))),
      gradFunc: (dy: Tensor, saved: Tensor[]) => compositeGradients(spec, saved, dy),
    };
  });
  return operation(...inputs) as Tensor4D;
}

/** The gradient of each input, float32; zeros for what is no float. Differentiable. */
export function compositeGradients(spec: CallSpec, inputs: readonly Tensor[], outputGradient: Tensor): Tensor[] {
  return tidy(() => backward(prepare(spec, inputs), spec, inputs, outputGradient));
}

/** What multiplies each value, `[batch, heads, queries, keys]`; 0 where a pair is not seen. Differentiable. */
export function compositeWeights(spec: CallSpec, inputs: readonly Tensor[]): Tensor4D {
  return tidy(() => weigh(prepare(spec, inputs)).probabilities as Tensor4D);
}

/** A checked call and its tensors. */
interface Prepared {
  readonly plan: Plan;
  readonly call: Call;
  readonly tensors: CallTensors;
}

/** The pairs of a call with their weights. */
interface WeighedPairs extends ScoredPairs {
  readonly rows: ScoreRows;
  readonly weights: Tensor;
  readonly sinkWeights: Tensor | null;
  /** What the probability program made of the weights. */
  readonly probabilities: Tensor;
}

function prepare(spec: CallSpec, inputs: readonly Tensor[]): Prepared {
  // shapes and types are all that checks look at: numbers stay on the device
  const described = inputs.map(describe);
  const options = { ...coreOptions(spec, described), blockMask: null };
  const [query, key, value] = described;
  const { plan, call } = prepareCall(query, key, value, options, referenceBackend);
  const onDevice = (plain: PlainTensor): Tensor => {
    const index = described.indexOf(plain);
    return index === -1 ? upload(plain) : inputs[index];
  };
  const onHost = (plain: PlainTensor): PlainTensor => {
    const index = described.indexOf(plain);
    return index === -1 ? plain : download(inputs[index]);
  };
  const tablesOf = (tables: Readonly<Record<string, PlainTensor>>): ProgramTables => ({
    tensors: Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, onDevice(table)])),
    host: (name) => onHost(tables[name]),
  });
  const { score, mask, probability } = call.tables;
  return {
    plan,
    call,
    tensors: {
      query: inputs[0] as Tensor4D,
      key: inputs[1] as Tensor4D,
      value: inputs[2] as Tensor4D,
      tables: { score: tablesOf(score), mask: tablesOf(mask), probability: tablesOf(probability) },
      sinks: call.sinks && onDevice(call.sinks),
    },
  };
}

function weigh({ plan, call, tensors }: Prepared): WeighedPairs {
  const pairs = scorePairs(plan, call, tensors);
  const rows: ScoreRows = { score: pairs.score, seen: pairs.seen, sinks: sinkScores(plan, tensors.sinks) };
  const { weights, sinkWeights } = normalizers[plan.normalizer].forward(rows);
  if (!plan.probability) return { ...pairs, rows, weights, sinkWeights, probabilities: weights };
  const changed = runProgram(plan.probability, { ...pairs.inputs, score: weights }, tensors.tables.probability);
  const none = zerosLike(weights);
  return { ...pairs, rows, weights, sinkWeights, probabilities: safeSelect(pairs.seen, add(changed, none), none) };
}

function forward(prepared: Prepared): Tensor4D {
  const { value } = prepared.tensors;
  const [batch, keyHeads, , valueDim] = value.shape;
  const [, heads, queries] = prepared.tensors.query.shape;
  const { probabilities, seen } = weigh(prepared);
  const output = matMul(groupRows(probabilities, keyHeads), finiteOrZero(value));
  // values that are not finite were left out: rows that see one are not a number
  const wild = cast(logicalNot(isFiniteNumber(value)), "float32");
  const touched = greater(matMul(groupRows(cast(seen, "float32"), keyHeads), wild), scalar(0));
  return reshape(where(touched, scalar(NaN), output), [batch, heads, queries, valueDim]);
}

function backward(prepared: Prepared, spec: CallSpec, inputs: readonly Tensor[], outputGradient: Tensor): Tensor[] {
  const { plan, call, tensors } = prepared;
  const { query, key, value, tables } = tensors;
  const keyHeads = key.shape[1];
  const pairs = weigh(prepared);
  const { seen, probabilities, weights, rows } = pairs;
  const none = zerosLike(weights);

  // 1. output = sum of probability · value
  const upstream = groupRows(outputGradient, keyHeads);
  const valueGradient = matMul(groupRows(probabilities, keyHeads), finiteOrZero(upstream), true, false);
  const ofProbabilities = reshape(matMul(upstream, value, false, true), weights.shape);
  let gradient = safeSelect(seen, ofProbabilities, none);
  // 2. probability = program(weight)
  let probabilityTables: TensorTables = {};
  if (plan.probability) {
    const read = { ...pairs.inputs, score: weights };
    const back = backThrough(plan.probability, read, tables.probability, gradient, seen);
    gradient = back.score;
    probabilityTables = back.tables;
  }
  // 3. weight = normalizer(score)
  const { scores, sinks } = normalizers[plan.normalizer].backward(rows, weights, pairs.sinkWeights, gradient);
  gradient = safeSelect(seen, scores, none);
  // 4. score = program(product), product = scale · query · key
  let scoreTables: TensorTables = {};
  if (plan.score) {
    const back = backThrough(plan.score, pairs.inputs, tables.score, gradient, seen);
    gradient = back.score;
    scoreTables = back.tables;
  }
  const ofProducts = groupRows(mul(gradient, scalar(call.scale)), keyHeads);
  const queryGradient = reshape(matMul(ofProducts, finiteOrZero(key)), query.shape);
  const keyGradient = matMul(ofProducts, finiteOrZero(groupRows(query, keyHeads)), true, false);

  const ofSlots = spec.slots.map((slot, index) => {
    const nothing = (): Tensor => zeros(inputs[3 + index].shape);
    if (slot.role === "sinks") return sinks ? sum(sinks, [0, 2, 3]) : nothing();
    if (slot.role === "mask") return nothing();
    return (slot.role === "score" ? scoreTables : probabilityTables)[slot.name] ?? nothing();
  });
  return [queryGradient, keyGradient, valueGradient, ...ofSlots];
}

function sinkScores({ normalizer }: Plan, sinks: Tensor | null): Tensor | null {
  if (normalizerTraits[normalizer].sink === "zero") return zeros([1, 1, 1, 1]);
  return sinks && reshape(sinks, [1, sinks.size, 1, 1]);
}

function describe({ shape, dtype }: Tensor): PlainTensor {
  return {
    dtype: dtype as PlainTensor["dtype"],
    shape,
    strides: shape.map(() => 0),
    offset: 0,
    data: new Float32Array(1),
  };
}

function download(source: Tensor): PlainTensor {
  const { shape, dtype } = source;
  return plainTensor(source.dataSync(), { shape, dtype: dtype as PlainTensor["dtype"] });
}

function upload(plain: PlainTensor): Tensor {
  const values = readValues(plain);
  const dtype = plain.dtype === "bool" || plain.dtype === "int32" ? plain.dtype : "float32";
  return tensor(values instanceof Float64Array ? Float32Array.from(values) : values, [...plain.shape], dtype);
}
