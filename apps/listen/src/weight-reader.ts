import type { MultiHeadAttentionWeights, Projection } from "@fovea/multi-head-attention";
import { readValues, tensor, type Tensor } from "@fovea/tensor";
import type { Normalization, QuantizedHead } from "@fovea/transformer";
import { dequantize, type OnnxFile } from "@fovea/weights/onnx";
import { UserError } from "@fovea/command-line";

/** Reads parts of a model out of an ONNX file whose matrices are integers. All of it throws a UserError when a weight is missing or misshapen. */
export interface WeightReader {
  /** A weight as it is stored. */
  find(name: string, shape: readonly number[]): Promise<Tensor>;
  /** What a node with this name reads beside its input, as it is stored. */
  ofNode(name: string, shape: readonly number[]): Promise<Tensor>;
  /** A table of uint8 as floats: `(stored - zero point) × scale`.
   *  @param base its name without `_quantized` */
  table(base: string, zeroPoint: string, rows: number, columns: number): Promise<Tensor>;
  /** A table of uint8 as a head with a column for each row: a byte a number, as it is stored, but for rows that reach beyond 127 steps from the zero point,
   *  which are rounded to 127 steps of their own. */
  head(base: string, zeroPoint: string, rows: number, columns: number): Promise<QuantizedHead>;
  /** A linear layer without bias: the node's weight, `[rows, columns]`. */
  matrix(node: string, rows: number, columns: number): Promise<Projection>;
  projection(node: string, rows: number, columns: number, bias: string): Promise<Projection>;
  attention(node: string, dim: number): Promise<MultiHeadAttentionWeights>;
  normalization(name: string, dim: number): Promise<Normalization>;
}

export function weightReader(file: OnnxFile): WeightReader {
  const other = (what: string): UserError => new UserError(`${file.file} is not Moonshine tiny, or damaged: ${what}.`);
  const names = new Set(file.names);
  const inputsOf = new Map(file.nodes.map(({ name, inputs }) => [name, inputs]));

  const checkShape = (name: string, shape: readonly number[]): void => {
    if (!names.has(name)) throw other(`it lacks ${name}`);
    const stored = file.info(name).shape;
    if (stored.length !== shape.length || stored.some((size, axis) => size !== shape[axis])) {
      throw other(`${name} must have shape [${shape.join(", ")}], got [${stored.join(", ")}]`);
    }
  };
  const find = async (name: string, shape: readonly number[]): Promise<Tensor> => {
    checkShape(name, shape);
    const weight = await file.tensor(name);
    if (weight.dtype !== "float32" || readValues(weight).every(Number.isFinite)) return weight;
    throw other(`${name} holds numbers that are not finite`);
  };
  const inputOf = (node: string, index: number): string => {
    const input = inputsOf.get(node)?.[index];
    if (input === undefined) throw other(`it lacks the node ${node}, or what that reads`);
    return input;
  };
  const table = async (base: string, zeroPoint: string, rows: number, columns: number): Promise<Tensor> => {
    const values = `${base}_quantized`;
    for (const [name, shape] of [
      [values, [rows, columns]],
      [zeroPoint, []],
      [`${base}_scale`, []],
    ] as const)
      checkShape(name, shape);
    return dequantize(file, { values, scale: `${base}_scale`, zeroPoint });
  };
  const head = async (base: string, zeroPoint: string, rows: number, columns: number): Promise<QuantizedHead> => {
    const stored = readValues(await find(`${base}_quantized`, [rows, columns]));
    const [zero] = readValues(await find(zeroPoint, []));
    const [step] = readValues(await find(`${base}_scale`, []));
    const scale = new Float32Array(rows);
    const values = new Uint8Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      let most = 127;
      for (let i = row * columns; i < (row + 1) * columns; i++) most = Math.max(most, Math.abs(stored[i] - zero));
      scale[row] = (step * most) / 127;
      for (let column = 0; column < columns; column++) {
        const steps = Math.round(((stored[row * columns + column] - zero) * 127) / most);
        values[column * rows + row] = 128 + steps;
      }
    }
    return { weight: { values: tensor(values, { shape: [columns, rows] }), scale: tensor(scale) } };
  };
  // the weights of a MatMulInteger have numbers for names: its inputs are sound, weight, the sound's zero point, the weight's
  const matrix = async (node: string, rows: number, columns: number): Promise<Projection> => {
    const [quantized, zeroPoint] = [inputOf(`${node}/MatMul_quant`, 1), inputOf(`${node}/MatMul_quant`, 3)];
    return { weight: await table(quantized.replace(/_quantized$/, ""), zeroPoint, rows, columns) };
  };
  return {
    find,
    ofNode: (name, shape) => find(inputOf(name, 1), shape),
    table,
    head,
    matrix,
    projection: async (node, rows, columns, bias) => ({
      ...(await matrix(node, rows, columns)),
      bias: await find(bias, [columns]),
    }),
    attention: async (node, dim) => ({
      query: await matrix(`${node}/q_proj`, dim, dim),
      key: await matrix(`${node}/k_proj`, dim, dim),
      value: await matrix(`${node}/v_proj`, dim, dim),
      output: await matrix(`${node}/dense`, dim, dim),
    }),
    normalization: async (name, dim) => ({ kind: "layer", scale: await find(name, [dim]) }),
  };
}
