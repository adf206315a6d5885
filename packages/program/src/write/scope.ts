import type { Tensor, TensorLike } from "@fovea/tensor";
import { inline } from "./inline.ts";
import type { Input, Operation, Type } from "../ir/operations.ts";
import type { ProgramBuilder } from "../ir/program-builder.ts";
import { ProgramError } from "../ir/program-error.ts";
import type { Program } from "../ir/program.ts";
import { tableValues, typeOf } from "../ir/table-values.ts";
import { Value } from "./value.ts";
import type { Liftable } from "./value.ts";

/** A table inside a trace. */
export interface Table {
  /** The element at these ints, one per axis; 0 (false) outside the table. */
  at(...indices: readonly Liftable[]): Value;
}

/** A table without values: the caller passes them by name with every call. */
export interface TableType {
  readonly type: Type;
  readonly rank: number;
}

/** Operations that are written as a method only: signs between two values in other languages, casts, bits. */
type MethodOperation =
  | ("add" | "subtract" | "multiply" | "divide" | "floorDivide" | "remainder" | "negate")
  | ("less" | "lessEqual" | "equal" | "notEqual")
  | ("toFloat" | "toInt")
  | ("shiftLeft" | "shiftRight" | "bitAnd" | "bitOr" | "bitXor");

/** Every other operation is a function too, by its own name. */
type Functions = Readonly<Record<Exclude<Operation, MethodOperation>, (...operands: readonly Liftable[]) => Value>>;

/** What a traced function gets. */
export interface Scope extends Functions {
  /** The value being changed (float). */
  readonly score: Value;
  /** `score` under the name it deserves in a probability program. */
  readonly probability: Value;
  readonly batch: Value;
  readonly head: Value;
  /** Absolute indices (int). */
  readonly query: Value;
  readonly key: Value;
  /** Lengths (int). */
  readonly queries: Value;
  readonly keys: Value;
  /** Declares a table that the program reads. Tensors and typed arrays are kept, not copied.
   *  @param values a tensor, typed array or nested arrays; or only `{ type, rank }`
   *  @param options.type default: what the values are; numbers in plain arrays are float */
  table(name: string, values: TensorLike | TableType, options?: { readonly type?: Type }): Table;
  /** @param type default: bool for booleans, float for numbers */
  constant(value: number | boolean, type?: Type): Value;
  select(condition: Liftable, a: Liftable, b: Liftable): Value;
  minimum(first: Liftable, ...others: readonly Liftable[]): Value;
  maximum(first: Liftable, ...others: readonly Liftable[]): Value;
  exp(value: Liftable): Value;
  log(value: Liftable): Value;
  sqrt(value: Liftable): Value;
  tanh(value: Liftable): Value;
  sigmoid(value: Liftable): Value;
  sin(value: Liftable): Value;
  cos(value: Liftable): Value;
  floor(value: Liftable): Value;
  absolute(value: Liftable): Value;
  power(base: Liftable, exponent: Liftable): Value;
  and(first: Liftable, ...others: readonly Liftable[]): Value;
  or(first: Liftable, ...others: readonly Liftable[]): Value;
  not(value: Liftable): Value;
  /** Uniform in [0, 1): the same number for the same seed and place on every backend. Places default to the pair's own. */
  random(seed: Liftable, batch?: Liftable, head?: Liftable, query?: Liftable, key?: Liftable): Value;
  /** What another program gives here, with some of its inputs replaced. Tables are shared when they are the same, renamed when only the name is. */
  call(program: Program, overrides?: Partial<Readonly<Record<Input, Liftable>>>): Value;
}

/** @param inlined collects the positions that `call` writes */
export function makeScope(builder: ProgramBuilder, inlined: Set<number>): Scope {
  const input = (name: Input): Value => new Value(builder, builder.input(name));
  const apply =
    (op: Operation) =>
    (...operands: readonly Liftable[]): Value =>
      Value.apply(builder, op, ...operands);
  const fold =
    (op: Operation, type?: Type) =>
    (first: Liftable, ...others: readonly Liftable[]): Value => {
      let folded: Liftable = first;
      for (const other of others) folded = Value.apply(builder, op, folded, other);
      return Value.lift(builder, folded, type);
    };
  return {
    get score() {
      return input("score");
    },
    get probability() {
      return input("score");
    },
    get batch() {
      return input("batch");
    },
    get head() {
      return input("head");
    },
    get query() {
      return input("query");
    },
    get key() {
      return input("key");
    },
    get queries() {
      return input("queries");
    },
    get keys() {
      return input("keys");
    },
    table: (name, values, options = {}) => declareTable(builder, name, values, options.type),
    constant: (value, type) => {
      if (type === "bool" || typeof value === "boolean") return Value.lift(builder, Boolean(value)).as(type);
      return Value.lift(builder, value, type);
    },
    select: apply("select"),
    minimum: fold("minimum"),
    maximum: fold("maximum"),
    exp: apply("exp"),
    log: apply("log"),
    sqrt: apply("sqrt"),
    tanh: apply("tanh"),
    sigmoid: apply("sigmoid"),
    sin: apply("sin"),
    cos: apply("cos"),
    floor: apply("floor"),
    absolute: apply("absolute"),
    power: apply("power"),
    and: fold("and", "bool"),
    or: fold("or", "bool"),
    not: apply("not"),
    random: (seed, batch = input("batch"), head = input("head"), query = input("query"), key = input("key")) =>
      Value.apply(builder, "random", seed, batch, head, query, key),
    call: (program, overrides = {}) => {
      const inputs: Partial<Record<Input, number>> = {};
      for (const [name, value] of Object.entries(overrides) as [Input, Liftable][]) {
        inputs[name] = Value.lift(builder, value, name === "score" ? "float" : "int").position;
      }
      const positions = inline(builder, program, inputs);
      for (const position of positions) inlined.add(position);
      return new Value(builder, positions[program.result]);
    },
  };
}

function declareTable(
  builder: ProgramBuilder,
  name: string,
  given: TensorLike | TableType,
  type: Type | undefined,
): Table {
  const declared = isTableType(given) ? { ...given, values: undefined } : describe(name, given, type);
  const table = builder.declare({ name, type: declared.type, rank: declared.rank }, declared.values);
  return {
    at: (...indices) => {
      const positions = indices.map((index) =>
        Value.lift(builder, index, typeof index === "number" ? "int" : undefined),
      );
      return new Value(
        builder,
        builder.gather(
          table,
          positions.map(({ position }) => position),
        ),
      );
    },
  };
}

function describe(name: string, given: TensorLike, type: Type | undefined): TableType & { values: Tensor } {
  try {
    const values = tableValues(given, type);
    return { type: type ?? typeOf(values), rank: values.shape.length, values };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProgramError(`table ${name}: cannot hold these values. ${reason}`, { cause });
  }
}

function isTableType(values: TensorLike | TableType): values is TableType {
  return typeof values === "object" && values !== null && "rank" in values && "type" in values && !("data" in values);
}
