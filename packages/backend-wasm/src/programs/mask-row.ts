import { address, FunctionBody, i32x4, type Local, v128 } from "@fovea/wasm-assembler";
import type { Simd } from "../vectors/simd.ts";
import { nextKeys, startKeys, storePair, vectorPair } from "../vectors/vector-pairs.ts";
import { scopeParameters } from "./score-row.ts";
import { pairValue, type VectorProgram } from "./vector-program.ts";

/** `maskRow(bits, any, width8, keyStart, keyLow, keyEnd, call, batch, head, query)`: which keys of a tile one row sees, as all ones or all zeros at `bits`,
 *  4 bytes a key, and added to what is at `any`. Keys before `keyLow` and from `keyEnd` on are not seen. */
export function emitMaskRow(mask: VectorProgram | null, simd: Simd): FunctionBody {
  const f = new FunctionBody();
  const { bits, any, width, keyStart, keyLow, keyEnd, ...scope } = f.parameters({
    bits: "i32",
    any: "i32",
    width: "i32",
    keyStart: "i32",
    keyLow: "i32",
    keyEnd: "i32",
    ...scopeParameters,
  });
  const end = f.local("i32");
  const [low, limit] = f.locals("v128", 2);
  const pair = vectorPair(simd).map((offset) => ({ offset, seen: f.local("v128"), byAny: f.local("v128") }));
  mask?.emitRow(f, scope);
  const keys = startKeys(f, simd, keyStart);
  f.set(low, i32x4.splat(keyLow));
  f.set(limit, i32x4.splat(keyEnd));
  f.set(end, address(bits, 0, width, 4));
  f.forAddresses(bits, end, 16 * pair.length, () => {
    for (const [index, { offset, seen, byAny }] of pair.entries()) {
      const inside = v128.and(i32x4.lt_s(keys[index], limit), i32x4.ge_s(keys[index], low));
      f.set(seen, mask ? v128.and(inside, pairValue(f, mask, null, keys[index])) : inside);
      f.set(byAny, v128.or(v128.load(any, offset), seen));
    }
    const stored = (name: "seen" | "byAny"): Local[] => pair.map((one) => one[name]);
    storePair(f, bits, 0, stored("seen"));
    storePair(f, any, 0, stored("byAny"));
    f.increase(any, 16 * pair.length);
    nextKeys(f, keys);
  });
  return f;
}
