import type { Operand } from "@fovea/block-operations";

/** Runs `body`, then disposes of every operand that it said it made and that its result does not hold: of all of them when it throws. Operands without
 *  `dispose`, such as plain tensors, are left alone.
 *  @param body is given `made`, which takes an operand, or several by name, and hands it on; what its result holds lies at most two levels deep */
export function releaseUnused<R extends object>(
  body: (made: <O extends Operand | object | null>(operands: O) => O) => R,
): R {
  const all = new Set<unknown>();
  let kept = new Set<unknown>();
  try {
    const result = body((operands) => {
      for (const operand of operandsIn(operands)) all.add(operand);
      return operands;
    });
    kept = new Set(Object.values(result).flatMap(operandsIn));
    return result;
  } finally {
    for (const operand of all) {
      if (!kept.has(operand)) (operand as { readonly dispose?: () => void }).dispose?.();
    }
  }
}

/** An operand itself, or the operands that an object holds by name. */
function operandsIn(value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return "dtype" in value ? [value] : Object.values(value).filter((part) => typeof part === "object" && part !== null);
}
