import type { Activation, MatmulSizes } from "@fovea/block-operations";
import { panelWidth } from "../products/microkernel.ts";
import { tileHeight } from "../products/tile-height.ts";
import { packedBytes, type PackedWeight, packTasks } from "./packed-weights.ts";
import { eachStretch, type PlacedTensor } from "./placed-rows.ts";
import { fewRows, type ProductShape } from "./product-shape.ts";
import { TaskList } from "../records/task-list.ts";

/** Numbers that one task of a row operation goes through, about 20 µs. */
const rowTaskSize = 65536;

interface RowFields {
  readonly source: number;
  readonly sourceStride: number;
  readonly target: number;
  readonly targetStride: number;
  readonly rows: number;
  readonly columns: number;
}

/** Cuts operands of one shape into tasks of some rows each.
 *  @param operands source, target and others
 *  @param add gets the fields of source and target, and addresses and strides of the others */
export function addRowTasks(
  [source, target, ...others]: readonly [PlacedTensor, PlacedTensor, ...PlacedTensor[]],
  add: (fields: RowFields, addresses: readonly number[], strides: readonly number[]) => void,
): void {
  const operands = [source, target, ...others];
  const columns = target.shape.at(-1) ?? 1;
  const most = Math.max(1, Math.floor(rowTaskSize / Math.max(columns, 1)));
  const leading = operands.map(({ strides }) => strides.slice(0, -1));
  eachStretch(target.shape.slice(0, -1), leading, (rows, offsets, strides) => {
    for (let first = 0; first < rows; first += most) {
      const addresses = operands.map(({ address }, i) => address + offsets[i] + first * strides[i]);
      const fields = {
        source: addresses[0],
        sourceStride: strides[0],
        target: addresses[1],
        targetStride: strides[1],
        rows: Math.min(most, rows - first),
        columns,
      };
      add(fields, addresses.slice(2), strides.slice(2));
    }
  });
}

/** Copies an operand in any strides into one whose rows are dense. */
export function addCopyTasks(tasks: TaskList, source: PlacedTensor, target: PlacedTensor): void {
  const columnStride = source.strides.at(-1) ?? 4;
  addRowTasks([source, target], (fields) => tasks.add("copy", { ...fields, columnStride }));
}

/** Blocks that stand for what is not there: zeros and ones, one per column of a tile. */
export interface Neutral {
  readonly zeros: number;
  readonly ones: number;
}

export interface Epilogue {
  /** Address of one float32 per column, or 0. */
  readonly bias: number;
  readonly residual: PlacedTensor | null;
  readonly activation: Activation | null;
}

const noEpilogue: Epilogue = { bias: 0, residual: null, activation: null };

/** Tiles of `activation(source · weight × scale + bias) + residual`.
 *  @param source `[..., inner]` and target `[..., columns]`, rows dense */
export function addProductTasks(
  tasks: TaskList,
  shape: ProductShape,
  neutral: Neutral,
  source: PlacedTensor,
  weight: PackedWeight,
  target: PlacedTensor,
  { bias, residual, activation }: Epilogue = noEpilogue,
): void {
  const depth = source.shape.at(-1) ?? 1;
  const columns = target.shape.at(-1) ?? 1;
  const leading = target.shape.slice(0, -1);
  const variant = { activation: activation === "relu" ? null : activation, weightBytes: weight.weightBytes };
  const strides = [source, target, residual].map((operand) => operand?.strides.slice(0, -1) ?? leading.map(() => 0));
  eachStretch(leading, strides, (rows, offsets, rowStrides) => {
    const height = tileHeight(rows, shape.tileRows, shape.microRows);
    const width = tileWidth(columns, Math.ceil(rows / height), shape);
    // Columns outside: the tasks that share a panel follow one another.
    for (let column = 0; column < columns; column += width) {
      for (let row = 0; row < rows; row += height) {
        const tileRows = Math.min(height, rows - row);
        const fields = {
          source: source.address + offsets[0] + row * rowStrides[0],
          sourceStride: rowStrides[0],
          target: target.address + offsets[1] + row * rowStrides[1] + column * 4,
          targetStride: rowStrides[1],
          rows: tileRows,
          columns: Math.min(width, columns - column),
          weight: weight.address + (column / 8) * weight.panelStride,
          panelStride: weight.panelStride,
          depth,
          scale: weight.scale === 0 ? neutral.ones : weight.scale + column * 4,
          bias: bias === 0 ? neutral.zeros : bias + column * 4,
          residual: residual ? residual.address + offsets[2] + row * rowStrides[2] + column * 4 : neutral.zeros,
          residualStride: residual ? rowStrides[2] : 0,
          relu: activation === "relu" ? 1 : 0,
        };
        tasks.add(tileRows > fewRows ? "product" : "fewRowsProduct", fields, variant);
      }
    }
  });
}

/** Narrower tiles would read the left operand too often. */
const leastColumns = 128;
/** Tasks of one product at least, where it is wide enough: what threads share out. */
const leastTasks = 4;

/** Columns of a tile, in whole panels: wide, unless there would be too few tiles. */
function tileWidth(columns: number, heights: number, { tileColumns }: ProductShape): number {
  const share = Math.ceil(columns / Math.ceil(leastTasks / heights) / panelWidth) * panelWidth;
  return Math.min(Math.max(share, leastColumns), tileColumns);
}

/** Operands of a matrix product as they lie in the memory. */
export interface MatmulOperands {
  /** `[..., rows, inner]` with dense rows */
  readonly source: PlacedTensor;
  /** `[..., inner, columns]` */
  readonly operand: PlacedTensor;
  readonly target: PlacedTensor;
}

/** Tasks that pack every matrix of the right operand once, and, to be run after them, the products of every pair of matrices that broadcasting makes. */
export function matmulTasks(
  { batch, inner, columns }: MatmulSizes,
  shape: ProductShape,
  neutral: Neutral,
  { source, operand, target }: MatmulOperands,
  allocate: (bytes: number) => number,
): { readonly packing: TaskList; readonly products: TaskList } {
  const packing = new TaskList();
  const products = new TaskList();
  const matrices = new Map<number, PackedWeight>();
  const bytes = packedBytes(inner, columns, 4);
  const matrixAt = (offset: number): PackedWeight => {
    let packed = matrices.get(offset);
    if (!packed) matrices.set(offset, (packed = packTasks(packing, operand, offset, allocate(bytes))));
    return packed;
  };
  const alongBatch = ({ shape: lengths, strides }: PlacedTensor): number[] =>
    batch.map((_, axis) => {
      const own = axis - batch.length + lengths.length - 2;
      return own < 0 || lengths[own] === 1 ? 0 : strides[own];
    });
  const sourceBatch = alongBatch(source);
  const operandBatch = alongBatch(operand);
  if (operandBatch.every((stride) => stride === 0)) {
    const rows = {
      ...source,
      shape: [...target.shape.slice(0, -1), inner],
      strides: [...sourceBatch, ...source.strides.slice(-2)],
    };
    if (target.shape.every((length) => length > 0))
      addProductTasks(products, shape, neutral, rows, matrixAt(0), target);
  } else {
    const walk = (axis: number, offsets: readonly [number, number, number]): void => {
      if (axis < batch.length) {
        for (let i = 0; i < batch[axis]; i++) {
          walk(axis + 1, [
            offsets[0] + i * sourceBatch[axis],
            offsets[1] + i * operandBatch[axis],
            offsets[2] + i * target.strides[axis],
          ]);
        }
        return;
      }
      addProductTasks(
        products,
        shape,
        neutral,
        matrix(source, offsets[0]),
        matrixAt(offsets[1]),
        matrix(target, offsets[2]),
      );
    };
    walk(0, [0, 0, 0]);
  }
  return { packing, products };
}

/** One matrix of several. */
const matrix = (placed: PlacedTensor, offset: number): PlacedTensor => ({
  address: placed.address + offset,
  shape: placed.shape.slice(-2),
  strides: placed.strides.slice(-2),
});
