import { FunctionBody } from "./assembler.ts";
import type { VectorProgram } from "./vector-program.ts";

/** `maskRow(bits, any, width8, keyStart, keyEnd, call, batch, head, query)`: which keys of a tile one row sees, as all ones or all zeros at `bits`,
 *  4 bytes a key, and added to what is at `any`. Keys from `keyEnd` on are not seen. */
export function emitMaskRow(mask: VectorProgram | null): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [bits, any, width, keyStart, keyEnd, call, batch, head, query] = Array.from({ length: 9 }, (_, index) =>
    f.parameter(index),
  );
  const end = f.local("i32");
  const keys = f.local("v128");
  const limit = f.local("v128");
  const seen = f.local("v128");
  mask?.emitRow(f, { call, batch, head, query });
  f.get(keyStart);
  f.op("i32x4.splat");
  f.i32x4(0, 1, 2, 3);
  f.op("i32x4.add");
  f.set(keys);
  f.get(keyEnd);
  f.op("i32x4.splat");
  f.set(limit);
  f.address(bits, 0, width, 4);
  f.set(end);
  f.forRange(bits, end, 16, () => {
    f.get(keys);
    f.get(limit);
    f.op("i32x4.lt_s");
    if (mask) {
      mask.emitPair(f, null, keys);
      f.op("v128.and");
    }
    f.set(seen);
    f.get(bits);
    f.get(seen);
    f.memory("v128.store");
    f.get(any);
    f.get(any);
    f.memory("v128.load");
    f.get(seen);
    f.op("v128.or");
    f.memory("v128.store");
    f.increase(any, 16);
    f.get(keys);
    f.i32x4(4);
    f.op("i32x4.add");
    f.set(keys);
  });
  return f;
}
