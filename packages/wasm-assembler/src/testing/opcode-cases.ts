import { atomicAdd, either, f32, f32x4, f64, f64x2, i32, i32x4, select, shuffle, tee, v128 } from "../expressions.ts";
import type { FunctionBody } from "../function-body.ts";
import type { Opcode, ValueType } from "../opcodes.ts";
import type { Local, Value } from "../value.ts";
import { runFunction } from "./run-function.ts";

const ints = [0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8192, -8193, 2147483647, -2147483648];
const lanes = [0, 1, 2, 3];
const floats = [0, -0, 1, -2.5, 1e-45, -(2 ** -126), 1e10, -3e38, Infinity, -Infinity, NaN].map(Math.fround);
const memory = [0x80, 0xff, 3, 0x84, 5, 6, 7, 0x88, 9, 10, 11, 12, 13, 14, 15, 0x90, 17, 18, 19, 20];
const view = new DataView(Uint8Array.from(memory).buffer);
const word = (at: number): number => view.getInt32(at, true);

/** What no table of meanings per lane covers: control, memory, lanes, conversions. Each gives what came out and what should have, for tests only. */
export const opcodeCases: Partial<Record<Opcode, () => readonly [actual: unknown, expected: unknown]>> = {
  block: () => [int([], (f) => [f.block((end) => [f.branch(end), f.return(i32.const(4))]), i32.const(5)]), 5],
  br: () => [
    int([], (f) => [f.block((outer) => f.block(() => [f.branch(outer), f.return(i32.const(4))])), i32.const(6)]),
    6,
  ],
  br_if: () => [
    [int([1], leaveOrReturn), int([0], leaveOrReturn)],
    [5, 9],
  ],
  // 3 + 2 + 1
  loop: () => [int([3], sumDown), 6],
  if: () => [
    [int([1], returnOne), int([0], returnOne)],
    [7, 8],
  ],
  else: () => [
    [int([1], (_, x) => [either(x, 7, 8)]), int([0], (_, x) => [either(x, 7, 8)])],
    [7, 8],
  ],
  end: () => [int([], (f) => [f.block(() => {}), i32.const(4)]), 4],
  return: () => [int([], (f) => [f.return(i32.const(3)), i32.const(4)]), 3],
  "local.get": () => [int([-7], (_, x) => [x]), -7],
  "local.set": () => [int([-7], (f, x) => [f.set(x, 12), x]), 12],
  "local.tee": () => [int([-7], (_, x) => [i32.mul(tee(x, 2), x)]), 4],
  select: () => [
    [int([-1], (_, x) => [select(1, 2, x)]), int([0], (_, x) => [select(1, 2, x)])],
    [1, 2],
  ],
  drop: () => [int([], (f) => [f.drop(i32.const(1)), i32.const(2)]), 2],
  "i32.const": () => [ints.map((value) => int([], () => [i32.const(value)])), ints],
  "f32.const": () => [floats.map((value) => runFunction([], "f32", () => f32.const(value)).call()), floats],
  "i32.load": () => [loads(i32.load(0, 1), "i32"), word(1)],
  "i32.load8_s": () => [loads(i32.load8_s(2, 1), "i32"), 0x84 - 256],
  "i32.load8_u": () => [loads(i32.load8_u(2, 1), "i32"), 0x84],
  "i32.load16_u": () => [loads(i32.load16_u(2, 1), "i32"), 0x0584],
  "f32.load": () => [loads(f32.load(3, 1), "f32"), view.getFloat32(4, true)],
  "f64.load": () => [loads(f64.load(3, 1), "f64"), view.getFloat64(4, true)],
  "f64.store": () => [
    stores((f) => f.emit(f64.store(8, f64.promote_f32(-2)))).slice(7, 17),
    [0x88, 0, 0, 0, 0, 0, 0, 0, 0xc0, 17],
  ],
  "f64.promote_f32": () => {
    const { call } = runFunction(["f32"], "f64", (_, x) => f64.promote_f32(x));
    return [floats.map((x) => call(x)), floats];
  },
  "f64.add": () => {
    const { call } = runFunction(["f64", "f64"], "f64", (_, x, y) => f64.add(x, y));
    return [
      [call(0.1, 0.2), call(-0, -0), call(Infinity, -Infinity)],
      [0.1 + 0.2, -0, NaN],
    ];
  },
  "i32.store": () => [stores((f) => f.emit(i32.store(8, -2, 1))).slice(8, 14), [9, 254, 255, 255, 255, 14]],
  "i32.store8": () => [stores((f) => f.emit(i32.store8(8, -2, 1))).slice(8, 11), [9, 254, 11]],
  "f32.store": () => [stores((f) => f.emit(f32.store(8, 1))).slice(8, 13), [0, 0, 128, 63, 13]],
  "memory.copy": () => [stores((f) => f.copyMemory(0, 2, 3)).slice(0, 4), [3, 0x84, 5, 0x84]],
  "memory.fill": () => [stores((f) => f.fillMemory(1, 77, 2)).slice(0, 4), [128, 77, 77, 0x84]],
  "f32.convert_i32_s": () => {
    const { call } = runFunction(["i32"], "f32", (_, x) => f32.convert_i32_s(x));
    return [ints.map((value) => call(value)), ints.map(Math.fround)];
  },
  "i32.reinterpret_f32": () => {
    const { call } = runFunction(["f32"], "i32", (_, x) => i32.reinterpret_f32(x));
    return [[1, -0, Infinity].map((x) => call(x)), [0x3f800000, -0x80000000, 0x7f800000]];
  },
  "f32.reinterpret_i32": () => {
    const { call } = runFunction(["i32"], "f32", (_, x) => f32.reinterpret_i32(x));
    return [[0x3f800000, -0x80000000, 0x7f800000].map((x) => call(x)), [1, -0, Infinity]];
  },
  "v128.load": () => [vector(v128.load(1, 1)), [word(2), word(6), word(10), word(14)]],
  "v128.load8x8_s": () => {
    const halves = new Int16Array(Int32Array.from(vector(v128.load8x8_s(0))).buffer);
    return [[...halves], [...new Int8Array(Uint8Array.from(memory).buffer, 0, 8)]];
  },
  "v128.load16x4_u": () => [vector(v128.load16x4_u(0)), [0xff80, 0x8403, 0x0605, 0x8807]],
  "v128.load32_splat": () => [vector(v128.load32_splat(3)), Array(4).fill(word(3))],
  "v128.load64_splat": () => [vector(v128.load64_splat(3)), [word(3), word(7), word(3), word(7)]],
  "v128.load32_zero": () => [vector(v128.load32_zero(3)), [word(3), 0, 0, 0]],
  "v128.load32_lane": () => [vector(v128.load32_lane(3, i32x4.const(1, 2, 3, 4), 0, 2)), [1, 2, word(3), 4]],
  "v128.store": () => [vector(i32x4.const(1, -2, 3, 4)), [1, -2, 3, 4]],
  "v128.store32_lane": () => [
    stores((f) => f.emit(v128.store32_lane(3, i32x4.const(1, 2, 0x01020304, 4), 1, 2))).slice(3, 9),
    [0x84, 4, 3, 2, 1, 9],
  ],
  "v128.store64_lane": () => [
    stores((f) => f.emit(v128.store64_lane(3, i32x4.const(1, 2, 0x01020304, 4), 1, 1))).slice(3, 13),
    [0x84, 4, 3, 2, 1, 4, 0, 0, 0, 13],
  ],
  "v128.const": () => [vector(i32x4.const(-1, 0, 2 ** 31 - 1, -(2 ** 31))), [-1, 0, 2147483647, -2147483648]],
  "i8x16.shuffle": () => {
    const order = [0, 4, 1, 7];
    const both = [0, 4, 8, 12, 4, 8, 12, 16].map(word);
    return [vector(shuffle(v128.load(0), v128.load(4), order)), order.map((lane) => both[lane])];
  },
  "i32x4.splat": () => [vector(i32x4.splat(-9)), [-9, -9, -9, -9]],
  "f32x4.splat": () => [vector(f32x4.splat(1)), Array(4).fill(0x3f800000)],
  "i32x4.extract_lane": () => [
    lanes.map((lane) => int([], () => [i32x4.extract_lane(i32x4.const(5, 6, 7, 8), lane)])),
    [5, 6, 7, 8],
  ],
  "f32x4.extract_lane": () => {
    const all = i32x4.const(0x3f800000, -0x80000000, 0x7f800000, 0x40000000);
    const found = lanes.map((lane) => runFunction([], "f32", () => f32x4.extract_lane(all, lane)).call());
    return [found, [1, -0, Infinity, 2]];
  },
  "i32x4.replace_lane": () => [vector(i32x4.replace_lane(i32x4.const(5, 6, 7, 8), -1, 2)), [5, 6, -1, 8]],
  "f32x4.replace_lane": () => [vector(f32x4.replace_lane(i32x4.const(5, 6, 7, 8), 1, 1)), [5, 0x3f800000, 7, 8]],
  "v128.bitselect": () => [
    vector(v128.bitselect(i32x4.const(0x0f0f), i32x4.const(0x3333), i32x4.const(0x00ff, 0, -1, 1))),
    [0x330f, 0x3333, 0x0f0f, 0x3333],
  ],
  "v128.any_true": () => [
    [0, -0x80000000, 1].map((lane) => int([], () => [v128.any_true(i32x4.const(0, 0, lane, 0))])),
    [0, 1, 1],
  ],
  "i32x4.all_true": () => [
    [0, 1].map((lane) => int([], () => [i32x4.all_true(i32x4.const(1, -1, lane, 256))])),
    [0, 1],
  ],
  "i32x4.extend_low_i16x8_s": () => [
    vector(i32x4.extend_low_i16x8_s(i32x4.const(0x7fff8000, -1, 3, 4))),
    [-0x8000, 0x7fff, -1, -1],
  ],
  "i32x4.extend_high_i16x8_s": () => [
    vector(i32x4.extend_high_i16x8_s(i32x4.const(3, 4, 0x7fff8000, -1))),
    [-0x8000, 0x7fff, -1, -1],
  ],
  "f64x2.gt": () => [compared("gt"), [0, 0, -1, 0]],
  "f64x2.eq": () => [compared("eq"), [-1, 0, 0, 0]],
  "f64x2.ne": () => [compared("ne"), [0, -1, -1, -1]],
  "f64x2.lt": () => [compared("lt"), [0, -1, 0, 0]],
  "f64x2.le": () => [compared("le"), [-1, -1, 0, 0]],
  "f64x2.extract_lane": () => [loads(f64x2.extract_lane(f64x2.const(1 + 2 ** -52), 1), "f64"), 1 + 2 ** -52],
  "f64x2.replace_lane": () => {
    const replaced = vector(f64x2.replace_lane(f64x2.const(1), f64x2.extract_lane(f64x2.const(-2), 0), 1));
    return [[...new Float64Array(Int32Array.from(replaced).buffer)], [1, -2]];
  },
  "f64x2.promote_low_f32x4": () => {
    const wide = vector(f64x2.promote_low_f32x4(i32x4.const(0x3f800000, -0x800000, 1, 1)));
    return [[...new Float64Array(Int32Array.from(wide).buffer)], [1, -Infinity]];
  },
  "f32x4.demote_f64x2_zero": () => {
    const wide = [...floats, 1e300, 1 + 2 ** -25];
    const narrow = wide.map((x) => vector(f32x4.demote_f64x2_zero(f64x2.const(x))));
    return [narrow, wide.map((x) => Array.from(new Int32Array(Float32Array.of(x, x, 0, 0).buffer)))];
  },
  "i32x4.trunc_sat_f64x2_s_zero": () => {
    const cut = [0, -1, 2.9, 2 ** 40, -Infinity, NaN].map((x) => vector(i32x4.trunc_sat_f64x2_s_zero(f64x2.const(x))));
    return [cut, [0, -1, 2, 2147483647, -2147483648, 0].map((x) => [x, x, 0, 0])];
  },
  "f64x2.convert_low_i32x4_s": () => {
    const wide = vector(f64x2.convert_low_i32x4_s(i32x4.const(-2147483648, 2147483647, 1, 1)));
    return [[...new Float64Array(Int32Array.from(wide).buffer)], [-2147483648, 2147483647]];
  },
  "i32.atomic.rmw.add": () => {
    const { call, memory: after } = runFunction([], "i32", () => atomicAdd(4, 2), memory);
    return [
      [call(), new DataView(after.buffer).getInt32(4, true)],
      [word(4), word(4) + 2],
    ];
  },
};

type Steps = (f: FunctionBody, ...parameters: Local[]) => readonly (Value | void)[];

const leaveOrReturn: Steps = (f, x) => [f.block((end) => [f.branch(end, x), f.return(i32.const(9))]), i32.const(5)];

const sumDown: Steps = (f, x) => {
  const sum = f.local("i32");
  f.loop((start) => [f.increase(sum, x), f.increase(x, -1), f.branch(start, x)]);
  return [sum];
};

const returnOne: Steps = (f, x) => [
  f.if(
    x,
    () => f.return(i32.const(7)),
    () => f.return(i32.const(8)),
  ),
  i32.const(9),
];

/** The int that is the last of `steps`, of a function with int parameters. */
function int(args: readonly number[], steps: Steps): number {
  const types = Array<ValueType>(args.length).fill("i32");
  return runFunction(types, "i32", (f, ...parameters) => steps(f, ...parameters).at(-1) as Value).call(...args);
}

/** 0 and -0, 1 and what float32 takes for 1, 1 and 0, NaN and 0. */
const compared = (op: "eq" | "ne" | "lt" | "gt" | "le"): number[] =>
  [
    [0, -0],
    [1, 1 + 2 ** -52],
    [1, 0],
    [NaN, 0],
  ].map(([a, b]) => vector(f64x2[op](a, b))[0]);

const loads = (value: Value, type: ValueType): number => runFunction([], type, () => value, memory).call();

function stores(write: (f: FunctionBody) => void): number[] {
  const { call, memory: after } = runFunction([], null, (f) => write(f), memory);
  call();
  return [...after];
}

/** The int lanes of a vector. */
function vector(value: Value): number[] {
  const { call, memory: after } = runFunction([], null, () => v128.store(64, value), memory);
  call();
  return [...new Int32Array(after.buffer, 64, 4)];
}
