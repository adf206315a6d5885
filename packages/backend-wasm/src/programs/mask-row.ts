import { FunctionBody, i32x4, type Local, v128, type ValueType } from "@fovea/wasm-assembler";
import type { Simd } from "../vectors/simd.ts";
import { nextKeys, startKeys, storePair, vectorPair } from "../vectors/vector-pairs.ts";
import type { VectorProgram } from "./vector-program.ts";

/** `maskRow(bits, any, width8, keyStart, keyLow, keyEnd, call, batch, head, query)`: which keys of a tile one row sees, as all ones or all zeros at `bits`,
 *  4 bytes a key, and added to what is at `any`. Keys before `keyLow` and from `keyEnd` on are not seen. */
export function emitMaskRow(mask: VectorProgram | null, simd: Simd): FunctionBody {
  const f = new FunctionBody(new Array<ValueType>(10).fill("i32"));
  const [bits, any, width, keyStart, keyLow, keyEnd, call, batch, head, query] = Array.from(
    { length: 10 },
    (_, index) => f.parameter(index),
  );
  const end = f.local("i32");
  const [low, limit] = [f.local("v128"), f.local("v128")];
  const pair = vectorPair(simd).map((offset) => ({ offset, seen: f.local("v128"), byAny: f.local("v128") }));
  mask?.emitRow(f, { call, batch, head, query });
  const keys = startKeys(f, simd, keyStart);
  f.set(low, i32x4.splat(keyLow));
  f.set(limit, i32x4.splat(keyEnd));
  f.address(bits, 0, width, 4);
  f.set(end);
  f.forAddresses(bits, end, 16 * pair.length, () => {
    for (const [index, { offset, seen, byAny }] of pair.entries()) {
      f.emit(v128.and(i32x4.lt_s(keys[index], limit), i32x4.ge_s(keys[index], low)));
      if (mask) {
        mask.emitPair(f, null, keys[index]);
        f.op("v128.and");
      }
      f.set(seen);
      f.get(any);
      f.memory("v128.load", offset);
      f.get(seen);
      f.op("v128.or");
      f.set(byAny);
    }
    const stored = (name: "seen" | "byAny"): Local[] => pair.map((one) => one[name]);
    storePair(f, bits, 0, stored("seen"));
    storePair(f, any, 0, stored("byAny"));
    f.increase(any, 16 * pair.length);
    nextKeys(f, keys);
  });
  return f;
}
