import type { Scope, Value } from "@fovea/program";
import { at, tensor } from "@fovea/tensor";
import type { Tensor, TensorLike } from "@fovea/tensor";
import { checkPositive } from "../check-number.ts";
import { ScoreError } from "../score-error.ts";

const accepted = { float: ["float32", "float64"], int: ["int32"], bool: ["bool"] } as const;
type TableType = keyof typeof accepted;

/** Checks a table that a score reads and gives it as a tensor. A tensor is kept, not copied: numbers that training
 *  changes in place are seen, and gradients are answered for this very table.
 *  @param axes one entry per axis: the size it must have, or a word that says what it counts */
export function scoreTable(
  who: string,
  name: string,
  values: TensorLike,
  axes: readonly (string | number)[],
  type: TableType = "float",
): Tensor {
  const table = tableTensor(who, name, values, type);
  const { shape } = table;
  if (shape.length !== axes.length || axes.some((axis, i) => typeof axis === "number" && axis !== shape[i])) {
    throw new ScoreError(
      `${who}: ${name} must have shape [${axes.join(", ")}], got [${shape.join(", ")}]. Reshape or transpose it.`,
    );
  }
  if (shape.includes(0)) {
    throw new ScoreError(
      `${who}: ${name} must hold at least one number, got shape [${shape.join(", ")}]. Leave the score out instead.`,
    );
  }
  return table;
}

/** The same for a table of any shape: only its type is checked. */
export function tableTensor(
  who: string,
  name: string,
  values: TensorLike,
  type: TableType = "float",
  advice?: string,
): Tensor {
  const table = isTensor(values) ? values : convert(who, name, values, type);
  const dtypes: readonly string[] = accepted[type];
  if (!dtypes.includes(table.dtype)) {
    throw new ScoreError(
      `${who}: ${name} must be ${dtypes.join(" or ")}, got ${table.dtype}. ${advice ?? `Cast it first: cast(${name}, "${dtypes[0]}").`}`,
    );
  }
  return table;
}

/** An amount in a formula: a fixed number above 0, or a table `[heads]` with one per head (`[1]`: one for all
 *  heads), which may be learned. */
export function scoreAmount(
  who: string,
  name: string,
  amount: number | TensorLike,
  advice: string,
): (scope: Scope) => Value {
  if (typeof amount === "number") {
    checkPositive(who, name, amount, advice);
    return (scope) => scope.constant(amount, "float");
  }
  const perHead = scoreTable(who, name, amount, ["heads"]);
  const heads = perHead.shape[0];
  for (let head = 0; head < heads; head++) checkPositive(who, `${name}[${head}]`, at(perHead, head), advice);
  return (scope) => scope.table(name, perHead).at(heads === 1 ? 0 : scope.head);
}

function isTensor(values: TensorLike): values is Tensor {
  return (
    typeof values === "object" && "dtype" in values && "strides" in values && "offset" in values && "data" in values
  );
}

/** Plain arrays of numbers become float64 or int32, so that what was written is what is read; typed arrays are
 *  wrapped. */
function convert(who: string, name: string, values: TensorLike, type: TableType): Tensor {
  try {
    const read = tensor(values, type === "int" && Array.isArray(values) ? { dtype: "int32" } : {});
    return Array.isArray(values) && read.dtype === "float32" ? tensor(values, { dtype: "float64" }) : read;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ScoreError(`${who}: ${name} must be a tensor, or arrays of numbers. ${reason}`, { cause });
  }
}
