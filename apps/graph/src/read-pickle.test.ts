import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findDataFolder, missingGraph } from "./data-folder.ts";
import { UserError } from "@fovea/command-line";
import { outcomeOf } from "./outcome-of.test-support.ts";
import { readClasses, readLinks, readSparseRows } from "./read-arrays.ts";
import { readPickle, type PickleObject } from "./read-pickle.ts";

const folder = findDataFolder();
if (folder === null) console.warn(`skipped: ${missingGraph()}`);

const read = (text: string, names: readonly string[] = []): unknown =>
  readPickle("a file", Buffer.from(text, "latin1"), new Set(names));

test("lists, tuples, dictionaries and numbers come out as Python 2 wrote them", () => {
  // pickle.dumps([1, 300, -2, None, True, ("a\xff",)], 2)
  expect(read("\x80\x02]q\x00(K\x01M\x2c\x01J\xfe\xff\xff\xffN\x88U\x02a\xffq\x01\x85q\x02e.")).toEqual([
    1,
    300,
    -2,
    null,
    true,
    ["a\xff"],
  ]);
  // pickle.dumps({1: [2], 3: []}, 2)
  expect(read("\x80\x02}q\x00(K\x01]q\x01K\x02aK\x03]q\x02u.")).toEqual(
    new Map([
      [1, [2]],
      [3, []],
    ]),
  );
});

test("a call is kept as data: whom it names, and with what", () => {
  const found = read(
    "\x80\x02ccollections\ndefaultdict\nq\x00c__builtin__\nlist\nq\x01\x85q\x02Rq\x03K\x05]s.".replace("s.", "."),
    ["collections.defaultdict", "__builtin__.list"],
  );
  expect(found).toEqual([]); // the topmost value, the list
  const call = read("\x80\x02ccollections\ndefaultdict\nK\x05\x85R(K\x01K\x02u.", [
    "collections.defaultdict",
  ]) as PickleObject;
  expect([call.type, call.args, call.items]).toEqual(["collections.defaultdict", [5], new Map([[1, 2]])]);
});

test.each([
  ["names a class with no place in it", "\x80\x02cposix\nsystem\nU\x02ls\x85R.", 'names "posix.system"'],
  ["calls what is no name", "\x80\x02K\x01)R.", "calls what is no name"],
  ["takes more than it made", "\x80\x02\x86.", "takes more values than it made"],
  ["takes up to a mark it did not set", "\x80\x02t.", "a mark that it did not set"],
  ["recalls what it did not store", "\x80\x02h\x07.", "recalls number 7"],
  ["claims a string of 2 GB", "\x80\x02T\xff\xff\xff\x7f.", "expected 2147483647 more bytes"],
  ["claims a string of negative length", "\x80\x02T\xff\xff\xff\xff.", "expected -1 more bytes"],
  ["has an opcode of other protocols", "\x80\x02I12\n.", "opcode 0x49"],
  ["is of protocol 4", "\x80\x04.", "expected pickle protocol 2, got 4"],
  ["gives a state to a number", "\x80\x02K\x01K\x02b.", "a state to what is no object"],
  ["appends to a number", "\x80\x02K\x01K\x02a.", "appends to what is no list"],
  ["has no end", "\x80\x02K\x01", "expected 1 more bytes, got 0"],
  ["is empty", "", "expected 1 more bytes, got 0"],
])("a pickle that %s is refused in one sentence", (_, text, message) => {
  expect(() => read(text)).toThrow(UserError);
  expect(() => read(text)).toThrow(message);
});

test("numbers that contradict their shape allocate nothing", () => {
  const shape = "J\xff\xff\xff\x00J\xff\xff\xff\x00\x86"; // 16,777,215 rows and columns
  const dtype = "cnumpy\ndtype\nU\x02f4\x85R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb";
  const array = `\x80\x02cnumpy.core.multiarray\n_reconstruct\n)R(K\x01${shape}${dtype}\x89U\x04\x00\x00\x00\x00tb.`;
  expect(() => readClasses("classes", Buffer.from(array, "latin1"), 7)).toThrow(
    "classes is none of Cora's files: expected 1125899772624900 bytes for an array of [16777215, 16777215], got 4.",
  );
  const lists = "\x80\x02ccollections\ndefaultdict\n)R(K\x00]K\x09au.";
  expect(() => readLinks("graph", Buffer.from(lists, "latin1"))).toThrow("links of node 0 to nodes from 0 to 0");
  // 100 nodes that share one list of 100 links
  const long = `(${"K\x00".repeat(100)}e`;
  const items = Array.from({ length: 99 }, (_, node) => `K${String.fromCharCode(node + 1)}h\x01`).join("");
  const shared = `\x80\x02ccollections\ndefaultdict\n)R(K\x00]q\x01${long}${items}u.`;
  expect(() => readLinks("graph", Buffer.from(shared, "latin1"))).toThrow(
    /lists of their own for all nodes, got \d+ links/,
  );
  expect(() => readSparseRows("rows", Buffer.from("\x80\x02N.", "latin1"))).toThrow(
    /expected a sparse matrix of at most .*, got null/,
  );
});

test.skipIf(folder === null).each([
  ["allx", readSparseRows],
  ["graph", readLinks],
  ["ally", (file: string, bytes: Uint8Array) => readClasses(file, bytes, 7)],
] as const)("ind.cora.%s cut short or with any byte turned is refused or read, never a crash", async (name, reader) => {
  const bytes = await readFile(join(folder!, `ind.cora.${name}`));
  for (const length of [0, 1, 2, 30, 100, 1000, 20_000, bytes.length - 1]) {
    expect(() => reader(name, bytes.subarray(0, length)), `at ${length} bytes`).toThrow(UserError);
  }
  const places = Array.from({ length: 32 }, (_, i) => 29 * i);
  const outcomes = places.map((at) => {
    const turned = Uint8Array.from(bytes);
    turned[at] ^= 0x55;
    return outcomeOf(() => reader(name, turned));
  });
  expect(outcomes.filter((outcome) => outcome !== "read" && outcome !== "refused")).toEqual([]);
  expect(outcomes).toContain("refused");
});

test.skipIf(folder === null)("a word that counts as no number is refused", async () => {
  const bytes = await readFile(join(folder!, "ind.cora.allx"));
  const ones = Buffer.from(Float32Array.of(1, 1, 1, 1, 1).buffer);
  bytes.writeFloatLE(NaN, bytes.indexOf(ones));
  expect(() => readSparseRows("allx", bytes)).toThrow("allx is none of Cora's files: expected finite values");
});
