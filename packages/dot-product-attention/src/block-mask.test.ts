import {
  blockMaskStatistics,
  both,
  causal,
  createBlockMask,
  documents,
  MaskError,
  padding,
  transposeBlockMask,
} from "@fovea/masking";
import type { BlockMask } from "@fovea/masking";
import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { tensor, zeros } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { attention } from "./attention.ts";
import { AttentionError } from "./attention-error.ts";
import type { AttentionOptions } from "./options.ts";
import { prepareCall } from "./prepare-call.ts";
import { referenceBackend } from "./reference/reference-backend.ts";
import { randomOperands } from "./testing/random-operands.ts";

const { query, key, value } = randomOperands(5, { batch: 1, heads: 1, keyHeads: 1, queries: 8, keys: 16 });
const output = (options: AttentionOptions): number[] => Array.from(attention(query, key, value, options).output.data);
const sides = { queries: 8, keys: 16, queryBlock: 4, keyBlock: 4 };
const ids = Int32Array.from({ length: 16 }, (_, i) => i >> 2);
const mask = both(causal(), documents(ids));

/** A mask read from a table of 130 rows. */
const tableMask = (columns: number): Program =>
  trace(({ query, key, table }) => table("seen", zeros([130, columns], "bool")).at(query, key));

describe("a block mask is refused where it does not belong", () => {
  test("for other query offsets", () => {
    const made = createBlockMask(causal(), sides);
    expect(() => output({ mask: causal(), queryOffset: 8, blockMask: made })).toThrow(AttentionError);
    expect(() => output({ mask: causal(), queryOffset: 8, blockMask: made })).toThrow(
      "blockMask was made for queries from 0 on, but those of batch element 0 begin at 8. Pass queryOffset to createBlockMask",
    );
    expect(() => output({ mask: causal(), queryOffset: -1, blockMask: made })).toThrow("begin at -1");
    const after = createBlockMask(causal(), { ...sides, queryOffset: 8 });
    expect(output({ mask: causal(), queryOffset: 8, blockMask: after })).toEqual(
      output({ mask: causal(), queryOffset: 8, blockMask: null }),
    );
  });

  test("for other offsets of one batch element", () => {
    const operands = randomOperands(6, { batch: 2, queries: 8, keys: 16 });
    const made = createBlockMask(causal(), { ...sides, batch: 2, queryOffset: [8, 4] });
    const call = (queryOffset: number[]): unknown =>
      attention(operands.query, operands.key, operands.value, { mask: causal(), queryOffset, blockMask: made });
    expect(() => call([8, 4])).not.toThrow();
    expect(() => call([8, 5])).toThrow(
      "blockMask was made for queries from 4 on, but those of batch element 1 begin at 5",
    );
  });

  test("but a mask that does not read the query may be anywhere", () => {
    const blockMask = createBlockMask(padding([5]), sides);
    const options = { mask: padding([5]), queryOffset: 3 };
    expect(output({ ...options, blockMask })).toEqual(output({ ...options, blockMask: null }));
  });

  test("for another mask", () => {
    const refused = (blockMask: BlockMask): void => {
      expect(() => output({ mask: causal(), blockMask })).toThrow(AttentionError);
      expect(() => output({ mask: causal(), blockMask })).toThrow("blockMask was made from another mask");
    };
    refused(createBlockMask(mask, sides));
    refused(createBlockMask(null, sides));
    refused(transposeBlockMask(createBlockMask(causal(), { queries: 16, keys: 8, queryBlock: 4, keyBlock: 4 })));
    expect(() => output({ mask: () => true, blockMask: createBlockMask(causal(), sides) })).toThrow("another mask");
    // written otherwise, the same mask is the same
    const written = trace(({ query, key }) => query.greaterEqual(key));
    expect(output({ mask: causal(), blockMask: createBlockMask(written, sides) })).toEqual(output({ mask: causal() }));
    expect(output({ mask: () => true, blockMask: createBlockMask(null, sides) })).toEqual(output({}));
  });

  test("for tables that hold something else, or were updated in place", () => {
    const document = tensor(ids.slice());
    const options = { mask, tables: { mask: { document } }, queryOffset: 8 };
    const blockMask = createBlockMask(mask, { ...sides, queryOffset: 8, tables: { document } });
    const before = output({ ...options, blockMask });
    expect(before).toEqual(output({ ...options, blockMask: null }));
    document.data[12] = 2;
    expect(() => output({ ...options, blockMask })).toThrow(AttentionError);
    expect(() => output({ ...options, blockMask })).toThrow("blockMask was made from other tables, or before one");
    document.data[12] = ids[12];
    expect(output({ ...options, blockMask })).toEqual(before);
  });
});

describe("a block mask that was not made here", () => {
  const made = createBlockMask(causal(), sides);
  const right = output({ mask: causal(), blockMask: null });

  test("gives the same output when it is a copy", () => {
    expect(output({ mask: causal(), blockMask: { ...made } })).toEqual(right);
  });

  test("shows no hidden pair, whatever it claims to be full", () => {
    const whole = {
      rowStarts: Int32Array.of(0, 1, 2),
      runStarts: Int32Array.of(0, 0),
      runEnds: Int32Array.of(4, 4),
      runFull: Uint8Array.of(1, 1),
    };
    expect(output({ mask: causal(), blockMask: { ...made, ...whole } })).toEqual(right);
  });

  test("reads nothing outside the keys", () => {
    const outside = { ...made, runEnds: made.runEnds.map((end) => end + 100) };
    expect(() => output({ mask: causal(), blockMask: outside })).toThrow(MaskError);
  });
});

describe("the block mask that attention makes by itself", () => {
  const operands = randomOperands(8, { batch: 1, heads: 1, keyHeads: 1, queries: 130, keys: 130, headDim: 1 });
  const chosen = (options: AttentionOptions): BlockMask | null =>
    prepareCall(operands.query, operands.key, operands.value, options, referenceBackend).call.blockMask;

  test("is made once for the same tables, and anew when one is updated in place", () => {
    const document = tensor(Int32Array.from({ length: 130 }, (_, i) => Math.floor(i / 65)));
    const options = { mask: documents(document.data as Int32Array), tables: { mask: { document } } };
    const first = chosen(options);
    expect(first?.madeFor.queryOffsets).toEqual([0]);
    expect(chosen(options)).toBe(first);
    document.data[64] = 1;
    expect(chosen(options)).not.toBe(first);
  });

  test("is not made where a table has more elements than there are pairs", () => {
    expect(chosen({ mask: tableMask(130) })).not.toBe(null);
    expect(chosen({ mask: tableMask(131) })).toBe(null);
  });

  test("stops asking bounds before that costs as much as asking about each pair", () => {
    const chessboard = trace(({ query, key }) => query.add(key).remainder(2).equal(0));
    const backend = { ...referenceBackend, blockSize: { query: 1, key: 1 } };
    const { call } = prepareCall(operands.query, operands.key, operands.value, { mask: chessboard }, backend);
    const { full, empty } = blockMaskStatistics(call.blockMask!);
    // 7 instructions a question, of which 4096 in all are answered
    expect(full + empty).toBeGreaterThan(0);
    expect(full + empty).toBeLessThan(4096 / 7);
  });
});
