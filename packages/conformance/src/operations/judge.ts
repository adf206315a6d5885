import { readValues, tensor, type Tensor } from "@fovea/tensor";

/** The block operations once more, in float64 and one sum after another: they share no code with any backend, and judge the reference as well. */

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): number;
}

/** Leading axes as rows. */
export function matrixOf(x: Tensor): Matrix {
  const values = Float64Array.from(readValues(x));
  const columns = x.shape.at(-1) ?? 1;
  const rows = x.shape.slice(0, -1).reduce((product, length) => product * length, 1);
  return { rows, columns, at: (row, column) => values[row * columns + column] };
}

const fill = (shape: readonly number[], value: (index: number) => number): Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(
    Float64Array.from({ length: size }, (_, index) => value(index)),
    { shape },
  );
};

/** A tensor of x's shape but for the last axis. */
export function rowwise(x: Tensor, columns: number, value: (row: number, column: number) => number): Tensor {
  return fill([...x.shape.slice(0, -1), columns], (index) => value(Math.floor(index / columns), index % columns));
}

export function product(x: Tensor, weight: Tensor): Tensor {
  const [left, right] = [matrixOf(x), matrixOf(weight)];
  return rowwise(x, right.columns, (row, column) => {
    let sum = 0;
    for (let k = 0; k < left.columns; k++) sum += left.at(row, k) * right.at(k, column);
    return sum;
  });
}

export function normalized(
  x: Tensor,
  { center, epsilon }: { readonly center: boolean; readonly epsilon: number },
  scale: Tensor | null = null,
  bias: Tensor | null = null,
): Tensor {
  const rows = matrixOf(x);
  const { columns } = rows;
  const row = (index: number): number[] => Array.from({ length: columns }, (_, column) => rows.at(index, column));
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0) / columns;
  const [scales, biases] = [scale, bias].map((parameter) => parameter && readValues(parameter));
  return rowwise(x, columns, (index, column) => {
    const numbers = row(index);
    const middle = center ? mean(numbers) : 0;
    const variance = mean(numbers.map((number) => (number - middle) ** 2));
    const unit = (numbers[column] - middle) / Math.sqrt(variance + epsilon);
    return unit * (scales?.[column] ?? 1) + (biases?.[column] ?? 0);
  });
}

/** RoFormer, eq. 34: dimensions `2 i` and `2 i + 1` (interleaved) or `i` and `i + rotaryDim / 2` (halves) turn by the angle of their wave.
 *  @param angle of a token's row in the table, and a wave */
export function turned(
  x: Tensor,
  rotaryDim: number,
  layout: "interleaved" | "halves",
  angle: (batch: number, token: number, wave: number) => number,
): Tensor {
  const [, heads, tokens, headDim] = x.shape;
  const rows = matrixOf(x);
  return rowwise(x, headDim, (row, column) => {
    if (column >= rotaryDim) return rows.at(row, column);
    const interleaved = layout === "interleaved";
    const half = rotaryDim / 2;
    const wave = interleaved ? Math.floor(column / 2) : column % half;
    const isFirst = interleaved ? column % 2 === 0 : column < half;
    const [first, second] = interleaved ? [2 * wave, 2 * wave + 1] : [wave, wave + half];
    const turn = angle(Math.floor(row / tokens / heads), row % tokens, wave);
    const [a, b] = [rows.at(row, first), rows.at(row, second)];
    return isFirst ? a * Math.cos(turn) - b * Math.sin(turn) : a * Math.sin(turn) + b * Math.cos(turn);
  });
}

export { fill };
