import type { Operation, Type } from "../ir/operations.ts";
import { chooseSignature } from "./overload.ts";
import { ProgramError } from "../ir/program-error.ts";
import type { ProgramBuilder } from "../ir/program-builder.ts";
import { describeSignatures } from "../ir/signature.ts";

/** What a traced function computes with: a Value, or a number or boolean that becomes one. */
export type Liftable = Value | number | boolean;

/** Operations that no value begins: only a `Scope` has them. */
type ScopeOperation = "random";

/** Every other operation is a method of `Value` by its own name; the compiler says which is missing. */
type Methods = Readonly<Record<Exclude<Operation, ScopeOperation>, (...others: readonly Liftable[]) => Value>>;

/** Stands for a number or bool that is not known yet while a function is traced. Every method writes an instruction.
 *  An int beside a float becomes a float; an integer literal beside an int is an int. */
export class Value implements Methods {
  readonly type: Type;
  readonly position: number;
  readonly #builder: ProgramBuilder;

  constructor(builder: ProgramBuilder, position: number) {
    this.#builder = builder;
    this.position = position;
    this.type = builder.instructions[position].type;
  }

  /** A Value for a literal or for a Value of the same trace, as `type` where one is asked for (ints become floats).
   *  @throws {ProgramError} for a Value of another trace, or what is neither Value, number nor boolean */
  static lift(builder: ProgramBuilder, operand: Liftable, type?: Type): Value {
    if (typeof operand === "boolean") return new Value(builder, builder.constant(Number(operand), "bool")).as(type);
    if (typeof operand === "number") return new Value(builder, literal(builder, operand, type)).as(type);
    Value.check(builder, operand);
    return operand.as(type);
  }

  /** Writes one operation on operands whose types decide the signature. */
  static apply(builder: ProgramBuilder, op: Operation, ...operands: readonly Liftable[]): Value {
    const kinds = operands.map((operand) => {
      if (typeof operand === "number" || typeof operand === "boolean") return operand;
      Value.check(builder, operand);
      return operand.type;
    });
    const signature = chooseSignature(op, kinds);
    if (signature === undefined) {
      throw new ProgramError(
        `${op}: takes ${describeSignatures(op)}, got (${kinds.join(", ")}). Convert with toFloat() or toInt(), turn numbers into a bool with a comparison.`,
      );
    }
    const args = operands.map((operand, index) => Value.lift(builder, operand, signature.args[index]).position);
    return new Value(builder, builder.apply(op, ...args));
  }

  static check(builder: ProgramBuilder, operand: unknown): asserts operand is Value {
    if (!(operand instanceof Value)) {
      throw new ProgramError(`expected a Value, a number or a boolean, got ${describe(operand)}.`);
    }
    if (operand.#builder !== builder) {
      throw new ProgramError(
        "a Value of one trace was used in another. Trace the inner function and use call(program).",
      );
    }
  }

  /** The same value as a float where a float is asked for and this is an int; itself otherwise. */
  as(type: Type | undefined): Value {
    if (type === undefined || type === this.type) return this;
    if (this.type === "int" && type === "float") return this.toFloat();
    throw new ProgramError(`expected ${type}, got ${this.type}. Convert with toFloat() or toInt(), or compare.`);
  }

  add(other: Liftable): Value {
    return this.#apply("add", other);
  }
  subtract(other: Liftable): Value {
    return this.#apply("subtract", other);
  }
  multiply(other: Liftable): Value {
    return this.#apply("multiply", other);
  }
  /** Float division, of ints too. */
  divide(other: Liftable): Value {
    return this.#apply("divide", other);
  }
  /** Integer division rounded towards minus infinity; by zero gives 0. */
  floorDivide(other: Liftable): Value {
    return this.#apply("floorDivide", other);
  }
  /** What floorDivide leaves, with the sign of `other`; of ints by zero 0. */
  remainder(other: Liftable): Value {
    return this.#apply("remainder", other);
  }
  minimum(other: Liftable): Value {
    return this.#apply("minimum", other);
  }
  maximum(other: Liftable): Value {
    return this.#apply("maximum", other);
  }
  negate(): Value {
    return this.#apply("negate");
  }
  absolute(): Value {
    return this.#apply("absolute");
  }
  floor(): Value {
    return this.#apply("floor");
  }
  exp(): Value {
    return this.#apply("exp");
  }
  log(): Value {
    return this.#apply("log");
  }
  sqrt(): Value {
    return this.#apply("sqrt");
  }
  tanh(): Value {
    return this.#apply("tanh");
  }
  sigmoid(): Value {
    return this.#apply("sigmoid");
  }
  sin(): Value {
    return this.#apply("sin");
  }
  cos(): Value {
    return this.#apply("cos");
  }
  power(exponent: Liftable): Value {
    return this.#apply("power", exponent);
  }
  less(other: Liftable): Value {
    return this.#apply("less", other);
  }
  lessEqual(other: Liftable): Value {
    return this.#apply("lessEqual", other);
  }
  greater(other: Liftable): Value {
    return Value.apply(this.#builder, "less", other, this);
  }
  greaterEqual(other: Liftable): Value {
    return Value.apply(this.#builder, "lessEqual", other, this);
  }
  equal(other: Liftable): Value {
    return this.#apply("equal", other);
  }
  notEqual(other: Liftable): Value {
    return this.#apply("notEqual", other);
  }
  and(other: Liftable): Value {
    return this.#apply("and", other);
  }
  or(other: Liftable): Value {
    return this.#apply("or", other);
  }
  not(): Value {
    return this.#apply("not");
  }
  /** On a bool: `this ? a : b`. */
  select(a: Liftable, b: Liftable): Value {
    return this.#apply("select", a, b);
  }
  toFloat(): Value {
    return this.type === "float" ? this : this.#apply("toFloat");
  }
  /** Towards zero, saturating, NaN gives 0; a bool gives 0 or 1. */
  toInt(): Value {
    return this.type === "int" ? this : this.#apply("toInt");
  }
  shiftLeft(count: Liftable): Value {
    return this.#apply("shiftLeft", count);
  }
  /** Keeps the sign. */
  shiftRight(count: Liftable): Value {
    return this.#apply("shiftRight", count);
  }
  bitAnd(other: Liftable): Value {
    return this.#apply("bitAnd", other);
  }
  bitOr(other: Liftable): Value {
    return this.#apply("bitOr", other);
  }
  bitXor(other: Liftable): Value {
    return this.#apply("bitXor", other);
  }

  /** JavaScript's own operators cannot see a value that is not known yet.
   *  @throws {ProgramError} always */
  [Symbol.toPrimitive](): never {
    throw new ProgramError(
      "a Value is not known while a function is traced, so JavaScript's operators do not work on it. Write a.add(b), a.less(b), condition.select(a, b).",
    );
  }

  #apply(op: Operation, ...others: readonly Liftable[]): Value {
    return Value.apply(this.#builder, op, this, ...others);
  }
}

function literal(builder: ProgramBuilder, value: number, type: Type | undefined): number {
  return type === "int" ? builder.constant(value === 0 ? 0 : value, "int") : builder.constant(value, "float");
}

function describe(value: unknown): string {
  if (value === undefined) return "undefined (a missing return or argument?)";
  return value === null ? "null" : typeof value;
}
