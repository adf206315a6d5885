import type { Input, Rules, Step } from "@fovea/program";
import { type Local, operation, type PlainOpcode } from "@fovea/wasm-assembler";
import type { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitExp, emitLog, emitPower, emitSigmoid, emitSine, emitTanh } from "../vectors/vector-math.ts";

/** Where the inputs and tables of a program come from. */
export interface VectorSources {
  readonly input: (v: VectorEmitter, input: Input) => Local;
  readonly gather: (v: VectorEmitter, step: Step, table: number, indices: readonly Local[]) => Local;
}

const isFloat = (step: Step): boolean => step.argTypes[0] === "float";

/** What every operation of a program means for four pairs at once. Floats are float32, ints int32, bools all ones or all zeros. */
export function vectorRules(v: VectorEmitter, sources: VectorSources): Rules<Local> {
  const both =
    (float: PlainOpcode, int: PlainOpcode) =>
    (step: Step, ...args: Local[]): Local =>
      v.op(isFloat(step) ? float : int, ...args);
  const one =
    (opcode: PlainOpcode) =>
    (_: Step, ...args: Local[]): Local =>
      v.op(opcode, ...args);
  const scalar =
    (opcode: PlainOpcode) =>
    (_: Step, a: Local, b: Local): Local =>
      v.perLane([a, b], (...lanes) => operation(opcode, ...lanes));
  return {
    constant: (step, value) => {
      if (step.type === "float") return v.floats(value);
      return v.ints(step.type === "bool" && value !== 0 ? -1 : value);
    },
    input: (_, input) => sources.input(v, input),
    gather: (step, table, ...indices) => sources.gather(v, step, table, indices),
    add: both("f32x4.add", "i32x4.add"),
    subtract: both("f32x4.sub", "i32x4.sub"),
    multiply: both("f32x4.mul", "i32x4.mul"),
    divide: one("f32x4.div"),
    floorDivide: (_, a, b) => floorDivide(v, a, b),
    remainder: (step, a, b) => {
      if (isFloat(step)) return floatRemainder(v, a, b);
      const rest = v.op("i32x4.sub", a, v.op("i32x4.mul", b, floorDivide(v, a, b)));
      return v.op("v128.and", rest, v.op("i32x4.ne", b, v.ints(0)));
    },
    minimum: both("f32x4.min", "i32x4.min_s"),
    maximum: both("f32x4.max", "i32x4.max_s"),
    negate: both("f32x4.neg", "i32x4.neg"),
    absolute: both("f32x4.abs", "i32x4.abs"),
    floor: one("f32x4.floor"),
    exp: (_, a) => emitExp(v, a),
    log: (_, a) => emitLog(v, a),
    sqrt: one("f32x4.sqrt"),
    tanh: (_, a) => emitTanh(v, a),
    sigmoid: (_, a) => emitSigmoid(v, a),
    sin: (_, a) => emitSine(v, a, 0),
    cos: (_, a) => emitSine(v, a, 1),
    power: (_, a, b) => emitPower(v, a, b),
    less: both("f32x4.lt", "i32x4.lt_s"),
    lessEqual: both("f32x4.le", "i32x4.le_s"),
    equal: both("f32x4.eq", "i32x4.eq"),
    notEqual: both("f32x4.ne", "i32x4.ne"),
    and: one("v128.and"),
    or: one("v128.or"),
    not: one("v128.not"),
    select: (_, condition, a, b) => v.choose(condition, a, b),
    toFloat: (step, a) =>
      step.argTypes[0] === "int" ? v.op("f32x4.convert_i32x4_s", a) : v.op("v128.and", a, v.floats(1)),
    toInt: (step, a) =>
      step.argTypes[0] === "float" ? v.op("i32x4.trunc_sat_f32x4_s", a) : v.op("v128.and", a, v.ints(1)),
    shiftLeft: scalar("i32.shl"),
    shiftRight: scalar("i32.shr_s"),
    bitAnd: one("v128.and"),
    bitOr: one("v128.or"),
    bitXor: one("v128.xor"),
    random: (_, ...ints) => random(v, ints),
  };
}

/** Rounded towards minus infinity; by zero 0; the smallest int by -1 wraps. float64 holds every int and rounds no quotient of ints across a
 *  whole number, so its division is exact enough. */
function floorDivide(v: VectorEmitter, a: Local, b: Local): Local {
  const quotient = v.inFloat64("int", "int", [a, b], (a, b) => v.op("f64x2.floor", v.op("f64x2.div", a, b)));
  const wrapped = v.choose(v.op("i32x4.eq", b, v.ints(-1)), v.op("i32x4.neg", a), quotient);
  return v.op("v128.and", wrapped, v.op("i32x4.ne", b, v.ints(0)));
}

/** `a - b × floor(a / b)`. The terms may be far larger than what they leave, so float64 holds them. */
function floatRemainder(v: VectorEmitter, a: Local, b: Local): Local {
  return v.inFloat64("float", "float", [a, b], (a, b) =>
    v.op("f64x2.sub", a, v.op("f64x2.mul", b, v.op("f64x2.floor", v.op("f64x2.div", a, b)))),
  );
}

/** The same counter-based numbers as `randomUniform` of @fovea/program: rounds of lowbias32 over the five ints. */
function random(v: VectorEmitter, ints: readonly Local[]): Local {
  let hash = v.ints(0);
  for (const [index, int] of ints.entries()) {
    hash = index === 0 ? int : v.op("v128.xor", hash, int);
    hash = v.op("i32x4.add", hash, v.ints(0x9e3779b9 | 0));
    hash = v.op("v128.xor", hash, v.shift("i32x4.shr_u", hash, 16));
    hash = v.op("i32x4.mul", hash, v.ints(0x7feb352d));
    hash = v.op("v128.xor", hash, v.shift("i32x4.shr_u", hash, 15));
    hash = v.op("i32x4.mul", hash, v.ints(0x846ca68b | 0));
    hash = v.op("v128.xor", hash, v.shift("i32x4.shr_u", hash, 16));
  }
  const whole = v.op("f32x4.convert_i32x4_s", v.shift("i32x4.shr_u", hash, 8));
  return v.op("f32x4.mul", whole, 2 ** -24);
}
