import type { Operation, Rule } from "@fovea/program";
import { call, f64x2, type Local, type PlainOpcode } from "@fovea/wasm-assembler";
import { eachHalf, fourDoubles, narrowBools, widenBools } from "../vectors/doubles.ts";
import type { Doubles, Lanes } from "../vectors/lanes.ts";
import type { VectorEmitter } from "../vectors/vector-emitter.ts";
import { type MathOperation, mathCallee } from "./math-functions.ts";

/** Operations that take no floats; random numbers are float32 by themselves. */
type Never = "floorDivide" | "and" | "or" | "not" | `shift${string}` | `bit${string}` | "random";

/** What operations mean for floats that a decision rests on: float64 arithmetic, the same to the last bit as the reference's. Those without a
 *  vector form are `Math`'s own, lane by lane.
 *  @param functions what the module imports */
export function exactRules(
  v: VectorEmitter,
  functions: readonly MathOperation[],
): Readonly<Record<Exclude<Operation, Never>, Rule<Lanes>>> {
  const lanes =
    (opcode: PlainOpcode) =>
    (...args: readonly Doubles[]): Doubles =>
      eachHalf((half) => v.op(opcode, ...args.map((arg) => arg[half])));
  const arithmetic =
    (opcode: PlainOpcode): Rule<Lanes> =>
    (_, ...args) =>
      lanes(opcode)(...(args as Doubles[]));
  const comparison =
    (opcode: PlainOpcode): Rule<Lanes> =>
    (_, ...args) =>
      narrowBools(v, lanes(opcode)(...(args as Doubles[])));
  const called = (op: MathOperation, ...args: readonly Doubles[]): Doubles =>
    eachHalf((half) => {
      const result = v.doubles(0);
      for (const lane of [0, 1]) {
        const operands = args.map((arg) => f64x2.extract_lane(arg[half], lane));
        v.f.set(result, f64x2.replace_lane(result, call(mathCallee(functions, op), ...operands), lane));
      }
      return result;
    });
  const math =
    (op: MathOperation): Rule<Lanes> =>
    (_, ...args) =>
      called(op, ...(args as Doubles[]));
  return {
    add: arithmetic("f64x2.add"),
    subtract: arithmetic("f64x2.sub"),
    multiply: arithmetic("f64x2.mul"),
    divide: arithmetic("f64x2.div"),
    remainder: (_, ...args) => {
      const [a, b] = args as Doubles[];
      const floored = lanes("f64x2.floor")(lanes("f64x2.div")(a, b));
      return lanes("f64x2.sub")(a, lanes("f64x2.mul")(b, floored));
    },
    minimum: arithmetic("f64x2.min"),
    maximum: arithmetic("f64x2.max"),
    negate: arithmetic("f64x2.neg"),
    absolute: arithmetic("f64x2.abs"),
    floor: arithmetic("f64x2.floor"),
    sqrt: arithmetic("f64x2.sqrt"),
    exp: math("exp"),
    log: math("log"),
    tanh: math("tanh"),
    sin: math("sin"),
    cos: math("cos"),
    power: math("power"),
    sigmoid: (_, a) => {
      const one = fourDoubles(v, 1);
      const falling = called("exp", lanes("f64x2.neg")(a as Doubles));
      return lanes("f64x2.div")(one, lanes("f64x2.add")(one, falling));
    },
    select: (_, condition, ...branches) => {
      const [a, b] = branches as Doubles[];
      return lanes("v128.bitselect")(a, b, widenBools(v, condition as Local));
    },
    toFloat: ({ argTypes }, a) => {
      const given = a as Local;
      if (argTypes[0] === "bool") return lanes("v128.and")(widenBools(v, given), fourDoubles(v, 1));
      return {
        low: v.op("f64x2.convert_low_i32x4_s", given),
        high: v.op("f64x2.convert_low_i32x4_s", v.shuffle(given, given, [2, 3, 2, 3])),
      };
    },
    less: comparison("f64x2.lt"),
    lessEqual: comparison("f64x2.le"),
    equal: comparison("f64x2.eq"),
    notEqual: comparison("f64x2.ne"),
    toInt: (_, a) => {
      const { low, high } = lanes("i32x4.trunc_sat_f64x2_s_zero")(a as Doubles);
      return v.shuffle(low, high, [0, 1, 4, 5]);
    },
  };
}
