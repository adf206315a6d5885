import type { FunctionBody, Opcode, ValueType } from "@fovea/wasm-assembler";
import { runScalars } from "./run-scalars.ts";

const ints = [0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8192, -8193, 2147483647, -2147483648];
const lanes = [0, 1, 2, 3];
const floats = [0, -0, 1, -2.5, 1e-45, -(2 ** -126), 1e10, -3e38, Infinity, -Infinity, NaN].map(Math.fround);
const memory = [0x80, 0xff, 3, 0x84, 5, 6, 7, 0x88, 9, 10, 11, 12, 13, 14, 15, 0x90, 17, 18, 19, 20];
const view = new DataView(Uint8Array.from(memory).buffer);
const word = (at: number): number => view.getInt32(at, true);

/** What no table of meanings per lane covers: control, memory, lanes, conversions. Each gives what came out and what should have, for tests only. */
export const opcodeCases: Partial<Record<Opcode, () => readonly [actual: unknown, expected: unknown]>> = {
  block: () => [scalar([], (f) => f.block(() => f.op("br", 0)), 5), 5],
  br: () => [scalar([], (f) => f.block(() => [f.op("br", 0), f.op("br", 1)]), 6), 6],
  br_if: () => {
    return [
      [scalar([1], leaveOrReturn, 5), scalar([0], leaveOrReturn, 5)],
      [5, 9],
    ];
  },
  loop: () => {
    // 3 + 2 + 1
    return [scalar([3], sumDown, 0), 6];
  },
  if: () => [
    [scalar([1], choose, 0), scalar([0], choose, 0)],
    [7, 8],
  ],
  else: () => [scalar([0], choose, 0), 8],
  end: () => [scalar([], (f) => f.block(() => {}), 4), 4],
  return: () => [scalar([], (f) => [f.i32(3), f.op("return")], 4), 3],
  "local.get": () => [scalar([-7], (f) => [f.get(f.parameter(0)), f.op("return")], 0), -7],
  "local.set": () => [scalar([-7], (f) => f.assign(f.parameter(0), 12), 0, 0), 12],
  "local.tee": () => [scalar([-7], (f) => [f.i32(2), f.tee(f.parameter(0)), f.op("return")], 0), 2],
  select: () => {
    return [
      [scalar([-1], pickOne, 0), scalar([0], pickOne, 0)],
      [1, 2],
    ];
  },
  drop: () => [scalar([], (f) => [f.i32(1), f.op("drop")], 2), 2],
  "i32.const": () => [ints.map((int) => scalar([], () => {}, int)), ints],
  "f32.const": () => [floats.map((float) => runScalars([], "f32", (f) => f.f32(float)).call()), floats],
  "i32.load": () => [loads("i32.load", "i32", 1), word(1)],
  "i32.load8_s": () => [loads("i32.load8_s", "i32", 3), 0x84 - 256],
  "i32.load8_u": () => [loads("i32.load8_u", "i32", 3), 0x84],
  "i32.load16_u": () => [loads("i32.load16_u", "i32", 3), 0x0584],
  "f32.load": () => [loads("f32.load", "f32", 4), view.getFloat32(4, true)],
  "f64.load": () => [loads("f64.load", "f64", 4), view.getFloat64(4, true)],
  "f64.store": () => [
    stores((f) => [f.i32(8), f.f32(-2), f.op("f64.promote_f32"), f.memory("f64.store")]).slice(7, 17),
    [0x88, 0, 0, 0, 0, 0, 0, 0, 0xc0, 17],
  ],
  "f64.promote_f32": () => {
    const { call } = runScalars(["f32"], "f64", (f) => [f.get(f.parameter(0)), f.op("f64.promote_f32")]);
    return [floats.map((x) => call(x)), floats];
  },
  "f64.add": () => {
    const { call } = runScalars(["f64", "f64"], "f64", (f) => [
      f.get(f.parameter(0)),
      f.get(f.parameter(1)),
      f.op("f64.add"),
    ]);
    return [
      [call(0.1, 0.2), call(-0, -0), call(Infinity, -Infinity)],
      [0.1 + 0.2, -0, NaN],
    ];
  },
  "i32.store": () => [
    stores((f) => [f.i32(8), f.i32(-2), f.memory("i32.store", 1)]).slice(8, 14),
    [9, 254, 255, 255, 255, 14],
  ],
  "i32.store8": () => [stores((f) => [f.i32(8), f.i32(-2), f.memory("i32.store8", 1)]).slice(8, 11), [9, 254, 11]],
  "f32.store": () => [stores((f) => [f.i32(8), f.f32(1), f.memory("f32.store")]).slice(8, 13), [0, 0, 128, 63, 13]],
  "memory.copy": () => [
    stores((f) => [f.i32(0), f.i32(2), f.i32(3), f.op("memory.copy", 0, 0)]).slice(0, 4),
    [3, 0x84, 5, 0x84],
  ],
  "memory.fill": () => [
    stores((f) => [f.i32(1), f.i32(77), f.i32(2), f.op("memory.fill", 0)]).slice(0, 4),
    [128, 77, 77, 0x84],
  ],
  "f32.convert_i32_s": () => {
    const { call } = runScalars(["i32"], "f32", (f) => [f.get(f.parameter(0)), f.op("f32.convert_i32_s")]);
    return [ints.map((int) => call(int)), ints.map(Math.fround)];
  },
  "i32.reinterpret_f32": () => {
    const { call } = runScalars(["f32"], "i32", (f) => [f.get(f.parameter(0)), f.op("i32.reinterpret_f32")]);
    return [[1, -0, Infinity].map((x) => call(x)), [0x3f800000, -0x80000000, 0x7f800000]];
  },
  "f32.reinterpret_i32": () => {
    const { call } = runScalars(["i32"], "f32", (f) => [f.get(f.parameter(0)), f.op("f32.reinterpret_i32")]);
    return [[0x3f800000, -0x80000000, 0x7f800000].map((x) => call(x)), [1, -0, Infinity]];
  },
  "v128.load": () => [vector((f) => [f.i32(1), f.memory("v128.load", 1)]), [word(2), word(6), word(10), word(14)]],
  "v128.load8x8_s": () => {
    const halves = new Int16Array(Int32Array.from(vector((f) => [f.i32(0), f.memory("v128.load8x8_s")])).buffer);
    return [[...halves], [...new Int8Array(Uint8Array.from(memory).buffer, 0, 8)]];
  },
  "v128.load16x4_u": () => [vector((f) => [f.i32(0), f.memory("v128.load16x4_u")]), [0xff80, 0x8403, 0x0605, 0x8807]],
  "v128.load32_splat": () => [vector((f) => [f.i32(3), f.memory("v128.load32_splat")]), Array(4).fill(word(3))],
  "v128.load64_splat": () => {
    return [vector((f) => [f.i32(3), f.memory("v128.load64_splat")]), [word(3), word(7), word(3), word(7)]];
  },
  "v128.load32_zero": () => [vector((f) => [f.i32(3), f.memory("v128.load32_zero")]), [word(3), 0, 0, 0]],
  "v128.load32_lane": () => {
    return [vector((f) => [f.i32(3), f.i32x4(1, 2, 3, 4), f.op("v128.load32_lane", 0, 0, 2)]), [1, 2, word(3), 4]];
  },
  "v128.store": () => [vector((f) => f.i32x4(1, -2, 3, 4)), [1, -2, 3, 4]],
  "v128.store32_lane": () => {
    return [
      stores((f) => [f.i32(4), f.i32x4(1, 2, 0x01020304, 4), f.op("v128.store32_lane", 0, 0, 2)]).slice(3, 9),
      [0x84, 4, 3, 2, 1, 9],
    ];
  },
  "v128.store64_lane": () => {
    return [
      stores((f) => [f.i32(4), f.i32x4(1, 2, 0x01020304, 4), f.memoryLane("v128.store64_lane", 0, 1)]).slice(3, 13),
      [0x84, 4, 3, 2, 1, 4, 0, 0, 0, 13],
    ];
  },
  "v128.const": () => [vector((f) => f.i32x4(-1, 0, 2 ** 31 - 1, -(2 ** 31))), [-1, 0, 2147483647, -2147483648]],
  "i8x16.shuffle": () => {
    const order = [0, 16, 1, 17, 2, 18, 3, 19, 15, 31, 14, 30, 13, 29, 12, 28];
    const shuffled = vector((f) => [
      f.i32(0),
      f.memory("v128.load"),
      f.i32(4),
      f.memory("v128.load"),
      f.op("i8x16.shuffle", ...order),
    ]);
    const both = [...memory.slice(0, 16), ...memory.slice(4, 20)];
    return [[...new Uint8Array(Int32Array.from(shuffled).buffer)], order.map((lane) => both[lane])];
  },
  "i32x4.splat": () => [vector((f) => [f.i32(-9), f.op("i32x4.splat")]), [-9, -9, -9, -9]],
  "f32x4.splat": () => [vector((f) => [f.f32(1), f.op("f32x4.splat")]), Array(4).fill(0x3f800000)],
  "i32x4.extract_lane": () => [
    lanes.map((lane) => runScalars([], "i32", (f) => [f.i32x4(5, 6, 7, 8), f.lane("i32x4.extract_lane", lane)]).call()),
    [5, 6, 7, 8],
  ],
  "f32x4.extract_lane": () => {
    const found = lanes.map((lane) =>
      runScalars([], "f32", (f) => [pushFloats(f), f.lane("f32x4.extract_lane", lane)]).call(),
    );
    return [found, [1, -0, Infinity, 2]];
  },
  "i32x4.replace_lane": () => [
    vector((f) => [f.i32x4(5, 6, 7, 8), f.i32(-1), f.lane("i32x4.replace_lane", 2)]),
    [5, 6, -1, 8],
  ],
  "f32x4.replace_lane": () => [
    vector((f) => [f.i32x4(5, 6, 7, 8), f.f32(1), f.lane("f32x4.replace_lane", 1)]),
    [5, 0x3f800000, 7, 8],
  ],
  "v128.bitselect": () => {
    return [
      vector((f) => [f.i32x4(0x0f0f), f.i32x4(0x3333), f.i32x4(0x00ff, 0, -1, 1), f.op("v128.bitselect")]),
      [0x330f, 0x3333, 0x0f0f, 0x3333],
    ];
  },
  "v128.any_true": () => {
    return [
      [anyTrue(0), anyTrue(-0x80000000), anyTrue(1)],
      [0, 1, 1],
    ];
  },
  "i32x4.all_true": () => {
    return [
      [allTrue(0), allTrue(1)],
      [0, 1],
    ];
  },
  "i32x4.extend_low_i16x8_s": () => [
    vector((f) => [f.i32x4(0x7fff8000, -1, 3, 4), f.op("i32x4.extend_low_i16x8_s")]),
    [-0x8000, 0x7fff, -1, -1],
  ],
  "i32x4.extend_high_i16x8_s": () => [
    vector((f) => [f.i32x4(3, 4, 0x7fff8000, -1), f.op("i32x4.extend_high_i16x8_s")]),
    [-0x8000, 0x7fff, -1, -1],
  ],
  "f64x2.gt": () => {
    return [[greater(1, 0), greater(0, -0), greater(NaN, 0), greater(1, 2)].map(([low]) => low), [-1, 0, 0, 0]];
  },
  "f64x2.promote_low_f32x4": () => {
    const wide = vector((f) => [f.i32x4(0x3f800000, -0x800000, 1, 1), f.op("f64x2.promote_low_f32x4")]);
    return [[...new Float64Array(Int32Array.from(wide).buffer)], [1, -Infinity]];
  },
  "f32x4.demote_f64x2_zero": () => {
    const wide = [...floats, 1e300, 1 + 2 ** -25];
    const narrow = wide.map((x) => vector((f) => [f.f64x2(x), f.op("f32x4.demote_f64x2_zero")]));
    const expected = wide.map((x) => Array.from(new Int32Array(Float32Array.of(x, x, 0, 0).buffer)));
    return [narrow, expected];
  },
  "i32x4.trunc_sat_f64x2_s_zero": () => {
    const cut = [0, -1, 2.9, 2 ** 40, -Infinity, NaN].map((x) =>
      vector((f) => [f.f64x2(x), f.op("i32x4.trunc_sat_f64x2_s_zero")]),
    );
    return [cut, [0, -1, 2, 2147483647, -2147483648, 0].map((x) => [x, x, 0, 0])];
  },
  "f64x2.convert_low_i32x4_s": () => {
    const wide = vector((f) => [f.i32x4(-2147483648, 2147483647, 1, 1), f.op("f64x2.convert_low_i32x4_s")]);
    return [[...new Float64Array(Int32Array.from(wide).buffer)], [-2147483648, 2147483647]];
  },
  "i32.atomic.rmw.add": () => {
    const { call, memory: after } = runScalars([], "i32", addAtomically, memory);
    return [
      [call(), new DataView(after.buffer).getInt32(4, true)],
      [word(4), word(4) + 2],
    ];
  },
};

const leaveOrReturn = (f: FunctionBody): void =>
  f.block(() => [f.get(f.parameter(0)), f.op("br_if", 0), f.i32(9), f.op("return")]);

const sumDown = (f: FunctionBody): void => {
  const sum = f.local("i32");
  f.op("loop", 0x40);
  f.increase(sum, f.parameter(0));
  f.increase(f.parameter(0), -1);
  f.get(f.parameter(0));
  f.op("br_if", 0);
  f.op("end");
  f.get(sum);
  f.op("return");
};

const pickOne = (f: FunctionBody): unknown => [
  f.i32(1),
  f.i32(2),
  f.get(f.parameter(0)),
  f.op("select"),
  f.op("return"),
];

const pushFloats = (f: FunctionBody): void => f.i32x4(0x3f800000, -0x80000000, 0x7f800000, 0x40000000);

const anyTrue = (lane: number): number =>
  runScalars([], "i32", (f) => [f.i32x4(0, 0, lane, 0), f.op("v128.any_true")]).call();

const allTrue = (lane: number): number =>
  runScalars([], "i32", (f) => [f.i32x4(1, -1, lane, 256), f.op("i32x4.all_true")]).call();

const greater = (a: number, b: number): number[] => vector((f) => [f.f64x2(a), f.f64x2(b), f.op("f64x2.gt")]);

const addAtomically = (f: FunctionBody): unknown => [f.i32(4), f.i32(2), f.op("i32.atomic.rmw.add", 2, 0)];

/** Runs `emit` with int parameters; the function ends with the int `otherwise`, or parameter 0 in its place. */
function scalar(
  args: readonly number[],
  emit: (f: FunctionBody) => unknown,
  otherwise: number,
  parameter?: number,
): number {
  const types = Array<ValueType>(args.length).fill("i32");
  const body = (f: FunctionBody): void => {
    emit(f);
    if (parameter === undefined) f.i32(otherwise);
    else f.get(f.parameter(parameter));
  };
  return runScalars(types, "i32", body).call(...args);
}

function choose(f: FunctionBody): void {
  f.get(f.parameter(0));
  f.if(
    () => [f.i32(7), f.op("return")],
    () => [f.i32(8), f.op("return")],
  );
}

function loads(op: Opcode, type: ValueType, at: number): number {
  return runScalars([], type, (f) => [f.i32(at - 1), f.memory(op, 1)], memory).call();
}

function stores(emit: (f: FunctionBody) => unknown): number[] {
  const { call, memory: after } = runScalars([], null, (f) => void emit(f), memory);
  call();
  return [...after];
}

/** The int lanes of the vector that `emit` pushes. */
function vector(emit: (f: FunctionBody) => unknown): number[] {
  const store = (f: FunctionBody): void => {
    f.i32(64);
    emit(f);
    f.memory("v128.store");
  };
  const { call, memory: after } = runScalars([], null, store, memory);
  call();
  return [...new Int32Array(after.buffer, 64, 4)];
}
