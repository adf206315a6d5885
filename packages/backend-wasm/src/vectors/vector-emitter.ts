import {
  f32x4,
  f64x2,
  type FunctionBody,
  i32x4,
  type Local,
  operation,
  type PlainOpcode,
  shuffle,
  type Value,
} from "@fovea/wasm-assembler";
import { type Lanes, localsOf } from "./lanes.ts";
import type { Simd } from "./simd.ts";

/** What an instruction works on: a local's value or four equal floats. */
export type VectorOperand = Local | number;

/** Where constants are kept in locals; null where one is not. */
export interface Constants {
  local(type: "float" | "int", value: number): Local | null;
}

/** Vector arithmetic over locals: every method appends instructions that compute one value into a new local and returns it. */
export class VectorEmitter {
  readonly f: FunctionBody;
  readonly simd: Simd;
  readonly #constants: Constants | null;
  #taken = new Set<Local>();

  /** @param constants where constants are found; null: they are made where they are needed */
  constructor(f: FunctionBody, simd: Simd, constants: Constants | null = null) {
    this.f = f;
    this.simd = simd;
    this.#constants = constants;
  }

  /** A local of this emitter's own. */
  local(): Local {
    const local = this.f.local("v128");
    this.#taken.add(local);
    return local;
  }

  /** What `compute` gives, with every other local it took released: a long program needs few locals at a time. */
  keep<L extends Lanes>(compute: () => L): L {
    const before = this.#taken;
    this.#taken = new Set();
    const result = compute();
    for (const local of localsOf(result)) if (this.#taken.delete(local)) before.add(local);
    this.f.release(...this.#taken);
    this.#taken = before;
    return result;
  }

  /** Releases locals if this emitter took them. */
  drop(lanes: Lanes): void {
    for (const local of localsOf(lanes)) if (this.#taken.delete(local)) this.f.release(local);
  }

  /** A value, in a new local. */
  value(value: Value): Local {
    this.f.emit(value);
    const local = this.local();
    this.f.set(local);
    return local;
  }

  op(opcode: PlainOpcode, ...operands: readonly VectorOperand[]): Local {
    return this.value(operation(opcode, ...operands.map((operand) => this.#floats(operand))));
  }

  /** Four equal ints, not to be changed. */
  ints(value: number): Local {
    return this.#constants?.local("int", value) ?? this.value(i32x4.const(value));
  }

  /** Four equal floats, not to be changed. */
  floats(value: number): Local {
    return this.#constants?.local("float", value) ?? this.value(f32x4.const(value));
  }

  /** a × b + c */
  multiplyAdd(a: VectorOperand, b: VectorOperand, c: VectorOperand): Local {
    if (this.simd.relaxed) return this.op("f32x4.relaxed_madd", a, b, c);
    return this.op("f32x4.add", this.op("f32x4.mul", a, b), c);
  }

  /** condition ? a : b, bit by bit */
  choose(condition: Local, a: VectorOperand, b: VectorOperand): Local {
    return this.op("v128.bitselect", a, b, condition);
  }

  shift(opcode: "i32x4.shl" | "i32x4.shr_s" | "i32x4.shr_u", a: Local, count: number): Local {
    return this.value(operation(opcode, a, count));
  }

  /** coefficients[0] + coefficients[1] x + … (Horner) */
  polynomial(x: Local, coefficients: readonly number[]): Local {
    return coefficients
      .slice(0, -1)
      .reduceRight<VectorOperand>(
        (sum, c) => this.multiplyAdd(sum, x, c),
        coefficients[coefficients.length - 1],
      ) as Local;
  }

  /** One scalar computation per lane, on ints, for what has no vector form. */
  perLane(operands: readonly Local[], compute: (...lanes: Value[]) => Value): Local {
    const result = this.value(i32x4.const(0));
    for (const lane of [0, 1, 2, 3]) {
      const lanes = operands.map((operand) => i32x4.extract_lane(operand, lane));
      this.f.set(result, i32x4.replace_lane(result, compute(...lanes), lane));
    }
    return result;
  }

  /** A computation in float64, two lanes at a time, for what float32 or 32-bit ints cannot hold on the way. `compute` finds the operands as f64x2. */
  inFloat64(
    from: "float" | "int",
    to: "float" | "int",
    operands: readonly Local[],
    compute: (...wide: Local[]) => Local,
  ): Local {
    const half = (first: number): Local => {
      const wide = operands.map((operand) => {
        const low = first === 0 ? operand : this.shuffle(operand, operand, [2, 3, 2, 3]);
        return this.op(from === "float" ? "f64x2.promote_low_f32x4" : "f64x2.convert_low_i32x4_s", low);
      });
      return this.op(to === "float" ? "f32x4.demote_f64x2_zero" : "i32x4.trunc_sat_f64x2_s_zero", compute(...wide));
    };
    return this.shuffle(half(0), half(2), [0, 1, 4, 5]);
  }

  /** Lanes of a (0 to 3) and b (4 to 7). */
  shuffle(a: Local, b: Local, lanes: readonly number[]): Local {
    return this.value(shuffle(a, b, lanes));
  }

  /** Two equal float64. */
  doubles(value: number): Local {
    return this.value(f64x2.const(value));
  }

  #floats(operand: VectorOperand): Value {
    if (typeof operand !== "number") return operand;
    return this.#constants?.local("float", operand) ?? f32x4.const(operand);
  }
}
