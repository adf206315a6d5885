import { FunctionBody, type Local } from "@fovea/wasm-assembler";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { emitRow } from "./row-loop.ts";
import type { Simd } from "../vectors/simd.ts";

/** `rotaryRow(source, target, columns, cos, sin, waves, interleaved, sign)`: pairs (x, y) become (x c - y s, x s + y c) with s × sign;
 *  interleaved pairs are neighbors, others lie `waves` apart. What lies past 2 × waves is copied. Source and target may not overlap. */
export function emitRotaryRow(simd: Simd): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32", "i32", "i32", "f32"]);
  const [source, target, columns, cos, sin, waves, interleaved, sign] = Array.from({ length: 8 }, (_, i) =>
    f.parameter(i),
  );
  const v = new VectorEmitter(f, simd);
  const signs = f.local("v128");
  f.get(sign);
  f.splat();
  f.set(signs);
  const turn = (x: Local, y: Local, c: Local, s: Local): readonly [Local, Local] => [
    v.op("f32x4.sub", v.op("f32x4.mul", x, c), v.op("f32x4.mul", y, s)),
    v.op("f32x4.add", v.op("f32x4.mul", x, s), v.op("f32x4.mul", y, c)),
  ];
  const load = (pointer: Local, offset = 0): Local => {
    f.get(pointer);
    f.memory("v128.load", offset);
    return v.take();
  };
  const shuffle = (a: Local, b: Local, lanes: readonly number[]): Local => {
    f.get(a);
    f.get(b);
    f.shuffle(lanes);
    return v.take();
  };

  f.get(interleaved);
  f.if(
    () => {
      const [from, to, rest] = [f.local("i32"), f.local("i32"), f.local("i32")];
      f.get(source);
      f.set(from);
      f.get(target);
      f.set(to);
      f.get(waves);
      f.i32(1);
      f.op("i32.shl");
      f.set(rest);
      emitRow(f, { ...simd, wide: false }, waves, [cos, sin], (_, [c, s]) => {
        const low = load(from);
        const high = load(from, 16);
        const sines = v.op("f32x4.mul", load(s), signs);
        const [x, y] = turn(shuffle(low, high, [0, 2, 4, 6]), shuffle(low, high, [1, 3, 5, 7]), load(c), sines);
        const halves = [shuffle(x, y, [0, 4, 1, 5]), shuffle(x, y, [2, 6, 3, 7])] as const;
        f.get(rest);
        f.i32(8);
        f.op("i32.ge_s");
        f.if(
          () => {
            for (const half of [0, 1] as const) {
              f.get(to);
              f.get(halves[half]);
              f.memory("v128.store", half * 16);
            }
          },
          () => storePairs(f, to, halves, rest),
        );
        f.increase(from, 32);
        f.increase(to, 32);
        f.increase(rest, -8);
      });
    },
    () => {
      const [second, secondTarget] = [f.local("i32"), f.local("i32")];
      f.address(source, 0, waves, 4);
      f.set(second);
      f.address(target, 0, waves, 4);
      f.set(secondTarget);
      emitRow(f, simd, waves, [source, second, target, secondTarget, cos, sin], (part, [a, b, toA, toB, c, s]) => {
        const taken = (pointer: Local): Local => {
          part.load(pointer);
          return v.take();
        };
        const sines = v.op("f32x4.mul", taken(s), signs);
        const [x, y] = turn(taken(a), taken(b), taken(c), sines);
        part.store(toA, x);
        part.store(toB, y);
      });
    },
  );
  f.address(target, 0, waves, 8);
  f.address(source, 0, waves, 8);
  f.get(columns);
  f.get(waves);
  f.i32(1);
  f.op("i32.shl");
  f.op("i32.sub");
  f.i32(2);
  f.op("i32.shl");
  f.op("memory.copy", 0, 0);
  return f;
}

/** Stores the first `count` numbers (2, 4 or 6) of two vectors. */
function storePairs(f: FunctionBody, to: Local, halves: readonly [Local, Local], count: Local): void {
  for (const pair of [0, 1, 2]) {
    f.get(count);
    f.i32(2 * pair);
    f.op("i32.gt_s");
    f.if(() => {
      for (const place of [2 * pair, 2 * pair + 1]) {
        f.get(to);
        f.get(halves[place >> 2]);
        f.memoryLane("v128.store32_lane", place * 4, place & 3);
      }
    });
  }
}
