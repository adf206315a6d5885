import type { BlockOperations, Operand } from "@fovea/block-operations";
import type { BlockMask } from "@fovea/masking";
import type { DType, Tensor } from "@fovea/tensor";
import type { Plan } from "./plan.ts";

/** What a backend gives when it is asked for numbers: at once where its operands are plain tensors, later where they lie on a device. */
export type Reading<T extends Operand> = T extends Tensor ? Tensor : Promise<Tensor>;

/** Table contents of the three programs of a plan, by table name: exactly the tables each program declares. Those that came with a program are plain
 *  tensors, others may be the backend's; a mask's are plain, since blocks are chosen from them before a backend is asked. */
export interface PlanTables<T extends Operand = Tensor> {
  readonly score: Readonly<Record<string, T | Tensor>>;
  readonly mask: Readonly<Record<string, Tensor>>;
  readonly probability: Readonly<Record<string, T | Tensor>>;
}

/** What one call brings to a compiled kernel, and everything that may change between calls without compiling again.
 *  Everything has been checked against the plan before a kernel sees it. */
export interface Call<T extends Operand = Tensor> {
  /** `[batch, heads, queries, headDim]` */
  readonly query: T;
  /** `[batch, keyHeads, keys, headDim]` */
  readonly key: T;
  /** `[batch, keyHeads, keys, valueDim]` */
  readonly value: T;
  readonly scale: number;
  /** Absolute index of the first query of each batch element, `[batch]`; the number of cached keys when there is a cache. May be negative. */
  readonly queryOffsets: Int32Array;
  /** Rows and keys that exist in each batch element, `[batch]`; the rest is padding: outputs 0, never attended.
   *  A program's inputs `queries` and `keys` are the sizes of the call, not these. */
  readonly queryLengths: Int32Array;
  readonly keyLengths: Int32Array;
  readonly tables: PlanTables<T>;
  /** `[heads]`, for softmaxWithSink; null for every other normalizer. */
  readonly sinks: T | Tensor | null;
  /** Blocks that the mask lets through, for the queries of this call and in any block size; null = every pair is asked. */
  readonly blockMask: BlockMask | null;
  /** Whether the caller wants `Forward.logSumExp`. */
  readonly returnLogSumExp: boolean;
  /** Whether `backward` will be given what forward gives: then forward rounds every score as backward will. Kernels of few rows may have a faster
   *  way that sums products in another order. */
  readonly backwardFollows: boolean;
  /** False where the plan's mask is known to let every pair of this call through: a backend need not ask it. */
  readonly mayHide: boolean;
  /** For recorded steps, before every further run: offsets, lengths and block mask for as many keys as `key` has now. */
  renew(): void;
}

/** What a forward pass gives: what the caller asked for and what its backward pass needs. Output and logSumExp are float64 where query, key or value
 *  is float64, else float32.
 *
 *  A row's weights are recovered from its largest score and from what was counted relative to it, which stay apart: rounded into one number, they
 *  would move every weight by a factor of exp(rounding error), which is e where scores are 10^7. Those two are float64 whatever the operands
 *  are; a device may keep them otherwise if it finds the very scores again from them. */
export interface Forward<T extends Operand = Tensor> {
  /** `[batch, heads, queries, valueDim]` */
  readonly output: T;
  /** Largest changed score of each row, `[batch, heads, queries]`; -Infinity for a row that sees nothing. */
  readonly rowMaximum: T;
  /** Softmax, softmaxWithSink, softmaxPlusOne: sum of exp(score - rowMaximum) over the keys a row sees, a sink not counted, `[batch, heads, queries]`;
   *  0 for a row that sees nothing. Null for the other normalizers. */
  readonly rowTotal: T | null;
  /** Sparsemax and entmax15: the row's threshold (see `Normalizer`) less what the largest score stands for, so that weights are
   *  `max(0, score - rowMaximum - threshold)` and `max(0, (score - rowMaximum) / 2 - threshold)²`, `[batch, heads, queries]`; 0 for a row that sees
   *  nothing. Null for the others. */
  readonly threshold: T | null;
  /** `rowMaximum + log(rowTotal)`, `[batch, heads, queries]`; -Infinity for a row that sees nothing. Null unless asked for. */
  readonly logSumExp: T | null;
}

export interface Gradients<T extends Operand = Tensor> {
  readonly query: T;
  readonly key: T;
  readonly value: T;
  /** One per float table of the score and probability programs, in the table's shape and dtype. */
  readonly tables: TableGradients<T>;
  /** `[heads]`, or null without sinks. */
  readonly sinks: T | Tensor | null;
}

export interface TableGradients<T extends Operand = Tensor> {
  readonly score: Readonly<Record<string, T | Tensor>>;
  readonly probability: Readonly<Record<string, T | Tensor>>;
}

/** A plan made runnable.
 *
 *  A pair is *seen* when it lies within the lengths, the mask says yes and its changed score is not -Infinity. Pairs that are not seen have no
 *  influence at all: whatever their key, value or query holds (NaN, Infinity), it is selected out, forward and backward, never multiplied by 0.
 *  A row that sees nothing is zero, with zero gradients. NaN among the seen scores propagates to its row; so does +Infinity under softmax. */
export interface Kernel<T extends Operand = Tensor> {
  forward(call: Call<T>): Forward<T>;
  /** @param forward what this kernel's forward gave for the same call, which said that backward follows. Or, for softmax kinds without a
   *  probability program, what forward gave for these and further keys, joined as `merge` does: then the gradients of key and value are those of
   *  attention over all of the keys, those of query and tables this call's share, to be summed over the parts, and those of sinks the whole.
   *  @param outputGradient `[batch, heads, queries, valueDim]`
   *
   *  With a probability program p, a row's `sum(weight * weightGradient)` is not `output · outputGradient` (that holds only where
   *  p(w) = w p'(w), as for dropout): it needs its own sum over the row.
   *  @throws {DTypeError} for int8 keys or values, see `checkDifferentiable` */
  backward(call: Call<T>, forward: Forward<T>, outputGradient: T): Gradients<T>;
  /** Frees the kernel; the backend compiles it again when the plan comes back. */
  dispose(): void;
}

/** A step that was run once and is kept to be run again.
 *  @see `Backend.record` */
export interface RecordedStep<R> {
  /** What the body gave: the same operands after every run, with new numbers. */
  readonly result: R;
  /** Runs the step again: with the present numbers of its operands, indices and row ranges.
   *  @returns false, with nothing computed, where sizes have changed so that it must be recorded anew */
  run(): boolean;
  /** Frees the step and what it computed. */
  dispose(): void;
}

/** A place where attention runs, and the owner of its kernels. Computing may only enqueue: nothing but `read` waits for numbers. */
export interface Backend<T extends Operand = Tensor> {
  readonly name: string;
  /** Block sizes in which this backend likes its block masks; used where `attention` makes one by itself. */
  readonly blockSize: { readonly query: number; readonly key: number };
  /** Compiles a plan, or finds the kernel made for an equal one (by `plan.key`): whoever asks again need not keep it, and the
   *  backend bounds how many it keeps.
   *  @throws {AttentionError} after `dispose` */
  compile(plan: Plan): Kernel<T>;
  /** The parts one after another along the keys axis (2): how cached keys and new ones become one operand. */
  concatenateKeys(parts: readonly T[]): T;
  /** The keys `from … to - 1` along axis 2: how gradients of cached and new keys come apart. Where operands are disposed of, one of its own:
   *  `operand` is disposed of afterwards. */
  sliceKeys(operand: T, from: number, to: number): T;
  /** The numbers of a plain tensor where the backend computes: itself when they are there already, else a copy, which belongs to the enclosing scope of
   *  `operations`, or to the caller. float64 may become float32. */
  place(tensor: Tensor): T;
  /** An operand whose numbers need not be set, dense in row-major order; the caller's to dispose of, also within a scope. */
  allocate(shape: readonly number[], dtype: DType): T;
  /** The numbers of an operand as a plain, contiguous tensor of the caller's own. They are those of the moment when it is called: the operand may be
   *  written or disposed of before a promise is fulfilled. */
  read(operand: T): Reading<T>;
  /** The other kernels of a transformer block. May be left out where operands are plain tensors: the reference backend's then take their place. */
  readonly operations?: BlockOperations<T>;
  /** Runs a body of operations and attention once and keeps what it did, as a list of kernels with their operands: checks and plans are not made again.
   *  Afterwards only the numbers of plain index tensors and of `RowRange`s may change, and those of the operands. Left out: not offered.
   *  @param body computes with the backend's operands only; it may not `read` */
  record?<R>(body: () => R): RecordedStep<R>;
  dispose(): void;
}
