import { applyRotary, applyRotaryGradient, embed } from "@fovea/embedding";
import { createEvaluator, type Program } from "@fovea/program";
import {
  add,
  cast,
  contiguous,
  dequantizeRows,
  expandDims,
  gelu,
  isQuantized,
  layerNorm,
  map,
  matmul,
  mean,
  multiply,
  quantizedTensor,
  quantizeRows,
  relu,
  reshape,
  rmsNorm,
  sigmoid,
  silu,
  size,
  slice,
  stack,
  subtract,
  scalar,
  tanh,
  type Tensor,
  transpose,
  zeros,
} from "@fovea/tensor";
import type { Activation, BlockOperations, LinearWeight } from "./block-operations.ts";
import {
  checkCopy,
  checkElementwise,
  checkGather,
  checkLinear,
  checkLinearWeight,
  checkMap,
  checkMatmul,
  checkMeanRows,
  checkNorm,
  checkQuantize,
  checkRotary,
  checkRows,
} from "./check-operation.ts";

const activate: Readonly<Record<Activation, (x: Tensor) => Tensor>> = {
  relu,
  gelu: (x) => gelu(x),
  geluTanh: (x) => gelu(x, { approximate: "tanh" }),
  silu,
  tanh,
  sigmoid,
};

/** The block operations by the tensor package, one step after another: what other backends are held against. Everything is a plain tensor and
 *  memory is the garbage collector's, so scopes do nothing, nor do prepared weights, but for quantized ones: they are kept as floats. */
export const referenceOperations: BlockOperations = {
  linear(x, weight, options = {}) {
    const { shape } = checkLinear(x, weight, options);
    const { bias, activation, residual } = options;
    const rows = x.shape.length === 1 ? reshape(x, [1, x.shape[0]]) : x;
    const product = matmul(rows, floatsOf(weight));
    const sum = reshape(bias ? add(product, bias) : product, shape);
    const active = activation ? activate[activation](sum) : sum;
    return residual ? add(active, residual) : active;
  },
  prepareWeight(weight) {
    checkLinearWeight("prepareWeight", weight);
    if ("values" in weight) floats.set(weight.values, floatsOf(weight));
    return { weight, dispose: () => void ("values" in weight && floats.delete(weight.values)) };
  },
  matmul(a, b, options = {}) {
    checkMatmul(options.transposeA ? swapLast(a) : a, options.transposeB ? swapLast(b) : b);
    return matmul(a, b, options);
  },
  layerNorm(x, options = {}) {
    checkNorm("layerNorm", x, options);
    const { scale, bias, epsilon = 1e-5 } = options;
    return layerNorm(x, { ...(scale && { scale }), ...(bias && { bias }), epsilon });
  },
  rmsNorm(x, options = {}) {
    checkNorm("rmsNorm", x, options);
    const { scale, epsilon = 1e-5 } = options;
    return rmsNorm(x, { ...(scale && { scale }), epsilon });
  },
  rotary(x, tables, { inverse = false, positions, layout = "interleaved" } = {}) {
    checkRotary(x);
    const options = { layout, ...(positions !== undefined && { positions }) };
    return inverse ? applyRotaryGradient(x, tables, options) : applyRotary(x, tables, options);
  },
  map(x, rule) {
    const checked = checkMap(x, rule);
    return typeof checked === "string" ? activate[checked](x) : mapProgram(x, checked);
  },
  add(a, b) {
    checkElementwise("add", a, b);
    return add(a, b);
  },
  multiply(a, b) {
    checkElementwise("multiply", a, b);
    return multiply(a, b);
  },
  meanRows(x, lengths) {
    const { rows, columns } = checkMeanRows(x, lengths);
    const matrix = reshape(x, [rows, columns]);
    let start = 0;
    const means = lengths.map((length) => mean(slice(matrix, [[start, (start += length)]]), 0));
    return means.length > 0 ? stack(means) : zeros([0, columns]);
  },
  gatherRows(table, ids) {
    checkGather(table, ids);
    return embed(table, ids);
  },
  copyRows(source, target) {
    checkCopy(source, target);
    writeNumbers(target, contiguous(cast(source, target.dtype)));
  },
  clear(x) {
    writeNumbers(x, zeros(x.shape, x.dtype));
  },
  quantizeRows(x) {
    checkQuantize(x);
    const multiples = quantizeRows(x);
    return { multiples, scales: expandDims(multiples.scales, x.shape.length - 1) };
  },
  quantized: quantizedTensor,
  dequantizeRows: (x) => (isQuantized(x) ? dequantizeRows(x) : x),
  reshape,
  transpose: (x, axes) => transpose(x, axes),
  slice: (x, ranges) => slice(x, ranges),
  rowsOf(x, range) {
    checkRows(x, range);
    return slice(x, [null, null, [range.start, range.end]]);
  },
  contiguous,
  scope: (body) => body(),
};

function mapProgram(x: Tensor, program: Program): Tensor {
  const evaluate = createEvaluator(program);
  return map(x, (value) => Number(evaluate(value, 0, 0, 0, 0, 0, 0)));
}

/** Quantized weights that were prepared, as floats. */
const floats = new WeakMap<Tensor, Tensor>();

function floatsOf(weight: LinearWeight): Tensor {
  if (!("values" in weight)) return weight;
  const prepared = floats.get(weight.values);
  if (prepared) return prepared;
  return multiply(subtract(cast(weight.values, "float32"), scalar(128)), weight.scale);
}

/** The last two axes in the other order; other ranks are left for the check to refuse. */
function swapLast(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return axes.length < 2 ? x : transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** Writes row-major numbers of a tensor's own dtype to where the tensor's are. */
function writeNumbers(target: Tensor, { data: numbers, offset: start, shape }: Tensor): void {
  // a copy first: source and target may be the same memory
  const from = numbers.slice(start, start + size(target));
  const { data, offset, strides } = target;
  const columns = shape.at(-1) ?? 1;
  const index = shape.slice(0, -1).map(() => 0);
  for (let row = 0; row < from.length; row += columns) {
    const to = index.reduce((place, i, axis) => place + i * strides[axis], offset);
    data.set(from.subarray(row, row + columns), to);
    for (let axis = index.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
}
