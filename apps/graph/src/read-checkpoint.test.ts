import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { readValues } from "@fovea/tensor";
import { expect, test } from "vitest";
import { maskedCrc32c } from "./crc32c.ts";
import { findDataFolder, missingGraph } from "./data-folder.ts";
import { UserError } from "@fovea/command-line";
import { outcomeOf } from "./outcome-of.test-support.ts";
import { pretrainedWeights } from "./pretrained-weights.ts";
import { readCheckpoint } from "./read-checkpoint.ts";

const folder = findDataFolder();
if (folder === null) console.warn(`skipped: ${missingGraph()}`);

const readPart = (part: string): Promise<Uint8Array> => readFile(join(folder!, `mod_cora.ckpt.${part}`));

async function files(): Promise<readonly [Uint8Array, Uint8Array]> {
  return [await readPart("index"), await readPart("data-00000-of-00001")];
}

test("what does not end as a LevelDB table is refused", () => {
  expect(() => readCheckpoint("a file", new Uint8Array(0), new Uint8Array(0))).toThrow(
    "a file is damaged: its index does not end as a LevelDB table does. Get it again.",
  );
  const footer = Buffer.concat([Buffer.alloc(40, 0xff), Buffer.from("57fb808b247547db", "hex")]);
  expect(() => readCheckpoint("a file", footer, new Uint8Array(0))).toThrow(UserError);
  const far = Buffer.concat([Buffer.from("0000ffffffff7fffffffff7f", "hex"), Buffer.alloc(28), footer.subarray(40)]);
  expect(() => readCheckpoint("a file", far, new Uint8Array(0))).toThrow(/no block of 34359738367 bytes/);
});

test.skipIf(folder === null)(
  "every variable of two layers, and Adam's, is read and matches its check sum",
  async () => {
    const variables = readCheckpoint("checkpoint", ...(await files()));
    const names = Array.from(variables.keys());
    expect(names.filter((name) => name.endsWith("/Adam"))).toHaveLength(54);
    expect(variables.get("conv1d_24/kernel")?.shape).toEqual([1, 64, 7]);
    expect(readValues(variables.get("beta1_power")!)[0]).toBeLessThan(1);
    const { hidden, output } = pretrainedWeights(variables, 1433, 7);
    expect([hidden.kernel.length, hidden.source.length, output.kernel.length]).toEqual([8 * 1433 * 8, 64, 448]);
  },
);

test.skipIf(folder === null)("a checkpoint with any byte of its index turned, or cut short, is refused", async () => {
  const [index, data] = await files();
  for (let at = 0; at < index.length; at += 13) {
    const turned = Uint8Array.from(index);
    turned[at] ^= 0x11;
    // bytes 5256 to 5268 are the block of what no checkpoint has; of the footer, its handle and padding say nothing
    const says = !(at >= 5256 && at < 5269) && at < index.length - 48;
    const outcome = outcomeOf(() => readCheckpoint("checkpoint", turned, data));
    expect(outcome, `byte ${at}`).toMatch(says ? /^refused$/ : /^(refused|read)$/);
  }
  expect(() => readCheckpoint("checkpoint", index, data.subarray(0, 1000))).toThrow(
    "lies outside of its data file of 1000 bytes",
  );
  const turned = Uint8Array.from(data);
  turned[5000] ^= 1;
  expect(() => readCheckpoint("checkpoint", index, turned)).toThrow(/the check sum of .* does not match/);
});

test.each([
  ["a float as [1, 1]", [1, 1], "read"],
  ["negative lengths, whose product fits", [-1, -1], "refused"],
  ["a length beyond all, hidden by a 0", [2 ** 40, 0], "refused"],
  ["a thousand axes", new Array<number>(1000).fill(1), "refused"],
])("%s, with the right check sums: %j is %s", (_, shape, expected) => {
  const data = new Uint8Array(shape.includes(0) ? 0 : 4);
  expect(outcomeOf(() => readCheckpoint("checkpoint", indexOf(shape, data), data))).toBe(expected);
});

/** The index of a checkpoint that holds one variable, "v", of these bytes. */
function indexOf(shape: readonly number[], data: Uint8Array): Uint8Array {
  const sizes = shape.map((size) => message(new BinaryWriter().tag(1, 0).int64(size)));
  const dimensions = new BinaryWriter();
  for (const size of sizes) dimensions.tag(2, 2).bytes(size);
  const entry = new BinaryWriter().tag(1, 0).int32(1).tag(2, 2).bytes(message(dimensions));
  entry.tag(5, 0).int64(data.length).tag(6, 5).fixed32(maskedCrc32c(data));
  const variables = block("v", message(entry));
  const blocks = block("w", handle(0, variables.length - 5));
  const footer = Buffer.alloc(40);
  footer.set([...handle(0, 0), ...handle(variables.length, blocks.length - 5)]);
  return Buffer.concat([variables, blocks, footer, Buffer.from("57fb808b247547db", "hex")]);
}

const message = (writer: BinaryWriter): Uint8Array => writer.finish();
const handle = (offset: number, size: number): Uint8Array => message(new BinaryWriter().uint64(offset).uint64(size));

/** A block of one entry and no restarts, with its type and check sum. */
function block(key: string, value: Uint8Array): Uint8Array {
  const lengths = message(new BinaryWriter().uint32(0).uint32(key.length).uint32(value.length));
  const content = Buffer.concat([lengths, Buffer.from(key), value, Buffer.alloc(5)]);
  const checkSum = message(new BinaryWriter().fixed32(maskedCrc32c(content)));
  return Buffer.concat([content, checkSum]);
}

test("a checkpoint of another network is refused", () => {
  expect(() => pretrainedWeights(new Map(), 1433, 7)).toThrow("lacks the variable conv1d/kernel");
});
