import { type Callee, FunctionBody, i32, type ModuleBuilder } from "@fovea/wasm-assembler";
import { addDecodeFunctions, type DecodeParts } from "./decode-functions.ts";
import { DecodeStrip } from "./decode-strip.ts";

/** Adds `decode(task, scratch)`: all rows that read one key head, at most `mostStripRows`, against one chunk of keys. Gives partial results for
 *  `merge`.
 *
 *  Nothing is packed: keys and values are read where they are, once for all rows, shorter ones widened on the way. Work: bound by memory for up
 *  to four rows. Not for softmax with a probability program, which needs the whole row's total first. */
export function addDecode(module: ModuleBuilder, parts: DecodeParts): Callee {
  const functions = addDecodeFunctions(module, parts);
  const f = new FunctionBody();
  const strip = new DecodeStrip(f, parts.shape, functions);
  const { loop } = strip;
  loop.eachRow(() => strip.copyQuery());
  // Hidden values weigh 0, but 0 × NaN is NaN. That is rare, so it is looked for in the sums, and the chunk taken again with care.
  f.set(strip.careful, 0);
  f.loop((again) => {
    strip.clear();
    loop.eachKeyTile(() => {
      strip.scores();
      loop.eachRow(() => strip.weigh());
      strip.sums();
    });
    f.if(i32.eqz(i32.or(strip.isFinite(), strip.careful)), () => {
      f.set(strip.careful, 1);
      f.branch(again);
    });
  });
  loop.eachRow(() => strip.store());
  return module.add(f);
}
