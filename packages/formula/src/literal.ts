import type { Scope, Type, Value } from "@fovea/program";

/** A number written down. Its type is open: a whole one is an int beside ints and a float beside floats. */
export interface Literal {
  readonly type: Type;
  readonly literal: number;
  /** Whether it was written without point and exponent. */
  readonly whole: boolean;
}

/** What an expression gives before its type is settled. */
export type Operand = Value | Literal;

export function makeLiteral(literal: number, whole: boolean): Literal {
  return { type: whole && Object.is(literal | 0, literal) ? "int" : "float", literal, whole };
}

/** The negative of a literal without sign; whole zero stays zero. */
export function negateLiteral({ literal, whole }: Literal): Literal {
  return makeLiteral(whole ? 0 - literal : -literal, whole);
}

/** As a value of its own type, or of another where one is asked for: only ints and bools become floats. */
export function settle({ constant }: Scope, operand: Operand, type: Type = operand.type): Value {
  if ("literal" in operand) return constant(operand.literal, type);
  return type === "float" ? operand.toFloat() : operand;
}
