import type { Operation, Signature, Type } from "../ir/operations.ts";
import { signaturesOf } from "../ir/signature.ts";

/** An operand before its type is settled: a value's type, or a literal that may still become float or int. */
export type Operand = Type | number | boolean;

/** The signature that operands ask for with the fewest int-to-float casts: an int meets a float as a float, an integer literal
 *  beside an int is an int, other numbers are floats. Undefined when none fits. */
export function chooseSignature(op: Operation, operands: readonly Operand[]): Signature | undefined {
  let best: Signature | undefined;
  let fewest = Infinity;
  for (const signature of signaturesOf(op)) {
    if (signature.args.length !== operands.length) continue;
    let casts = 0;
    for (const [index, type] of signature.args.entries()) casts += castsNeeded(operands[index], type);
    if (casts < fewest) [best, fewest] = [signature, casts];
  }
  return best;
}

function castsNeeded(operand: Operand, type: Type): number {
  if (operand === type) return 0;
  if (typeof operand === "boolean") return type === "bool" ? 0 : Infinity;
  if (typeof operand === "number")
    return type === "float" || (type === "int" && operand === (operand | 0)) ? 0 : Infinity;
  return operand === "int" && type === "float" ? 1 : Infinity;
}
