import { address, f32x4, FunctionBody, i32, type Local, v128 } from "@fovea/wasm-assembler";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitRow } from "./row-loop.ts";
import type { Simd } from "../vectors/simd.ts";

/** `rotaryRow(source, target, columns, cos, sin, waves, interleaved, sign)`: pairs (x, y) become (x c - y s, x s + y c) with s × sign;
 *  interleaved pairs are neighbors, others lie `waves` apart. What lies past 2 × waves is copied. Source and target may not overlap. */
export function emitRotaryRow(simd: Simd): FunctionBody {
  const f = new FunctionBody();
  const { source, target, columns, cos, sin, waves, interleaved, sign } = f.parameters({
    source: "i32",
    target: "i32",
    columns: "i32",
    cos: "i32",
    sin: "i32",
    waves: "i32",
    interleaved: "i32",
    sign: "f32",
  });
  const v = new VectorEmitter(f, simd);
  const signs = f.let(f32x4.splat(sign));
  const turn = (x: Local, y: Local, c: Local, s: Local): readonly [Local, Local] => [
    v.op("f32x4.sub", v.op("f32x4.mul", x, c), v.op("f32x4.mul", y, s)),
    v.op("f32x4.add", v.op("f32x4.mul", x, s), v.op("f32x4.mul", y, c)),
  ];
  const load = (pointer: Local, offset = 0): Local => v.value(v128.load(pointer, offset));

  f.if(
    interleaved,
    () => {
      const [from, to, rest] = f.locals("i32", 3);
      f.set(from, source);
      f.set(to, target);
      f.set(rest, i32.shl(waves, 1));
      emitRow(f, { ...simd, wide: false }, waves, [cos, sin], (_, [c, s]) => {
        const low = load(from);
        const high = load(from, 16);
        const sines = v.op("f32x4.mul", load(s), signs);
        const [x, y] = turn(v.shuffle(low, high, [0, 2, 4, 6]), v.shuffle(low, high, [1, 3, 5, 7]), load(c), sines);
        const halves = [v.shuffle(x, y, [0, 4, 1, 5]), v.shuffle(x, y, [2, 6, 3, 7])] as const;
        f.if(
          i32.ge_s(rest, 8),
          () => {
            for (const half of [0, 1] as const) f.emit(v128.store(to, halves[half], half * 16));
          },
          () => storePairs(f, to, halves, rest),
        );
        f.increase(from, 32);
        f.increase(to, 32);
        f.increase(rest, -8);
      });
    },
    () => {
      const [second, secondTarget] = f.locals("i32", 2);
      f.set(second, address(source, 0, waves, 4));
      f.set(secondTarget, address(target, 0, waves, 4));
      emitRow(f, simd, waves, [source, second, target, secondTarget, cos, sin], (part, [a, b, toA, toB, c, s]) => {
        const sines = v.op("f32x4.mul", v.value(part.load(s)), signs);
        const [x, y] = turn(v.value(part.load(a)), v.value(part.load(b)), v.value(part.load(c)), sines);
        part.store(toA, x);
        part.store(toB, y);
      });
    },
  );
  f.copyMemory(
    address(target, 0, waves, 8),
    address(source, 0, waves, 8),
    i32.shl(i32.sub(columns, i32.shl(waves, 1)), 2),
  );
  return f;
}

/** Stores the first `count` numbers (2, 4 or 6) of two vectors. */
function storePairs(f: FunctionBody, to: Local, halves: readonly [Local, Local], count: Local): void {
  for (const pair of [0, 1, 2]) {
    f.if(i32.gt_s(count, 2 * pair), () => {
      for (const place of [2 * pair, 2 * pair + 1]) {
        f.emit(v128.store32_lane(to, halves[place >> 2], place * 4, place & 3));
      }
    });
  }
}
