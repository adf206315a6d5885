import type { Call, Plan } from "@fovea/dot-product-attention";
import { isQuantized, type Tensor } from "@fovea/tensor";
import { type DecodeField, decodeTask } from "../decode/decode-layout.ts";
import type { Borrowed } from "../memory/borrowed.ts";
import type { Heap } from "../memory/heap.ts";
import { addressOf, holdsRows, isLive, movesOf } from "../memory/live-rows.ts";
import type { Placed } from "../memory/operand.ts";
import { writeRunLists } from "../records/run-lists.ts";
import type { PlacedCall } from "./placed-call.ts";
import type { PlanShape } from "./plan-modules.ts";
import { chunkOf, cutAll, isDecode, type Strip } from "./strips.ts";

/** A decode call whose tasks are to run again. */
export interface RecordedDecode {
  readonly plan: Plan;
  readonly module: PlanShape;
  readonly call: Call;
  readonly placed: PlacedCall;
  /** Address of the first task. */
  readonly tasks: number;
  readonly strips: readonly Strip[];
  readonly chunk: number;
}

const word = (field: DecodeField): number => decodeTask.word[field];
const taskWords = decodeTask.bytes / 4;

/** What brings the tasks up to the present keys, before each further run: their number, where they lie, which of them are seen, the query's index.
 *  @param lists where the runs of keys are written
 *  @returns false where there would be other tasks */
export function renewDecode(heap: Heap, lists: Borrowed, recorded: RecordedDecode): (words: Int32Array) => boolean {
  const { module, call, placed, tasks, strips, chunk } = recorded;
  const isPlain = call.blockMask === null;
  const { mayHide } = call;
  const keysWord = (placed.record + module.layout.keys) / 4;
  const operands = followed(call, placed);
  const taskOwners = strips.flatMap(({ b, chunks }) => chunks.map(() => b));

  return (words) => {
    call.renew();
    if (chunkOf(call) !== chunk || !isDecode(module, call) || (call.blockMask === null) !== isPlain) return false;
    if (call.mayHide !== mayHide) return false;
    if (isPlain ? !lengthenRuns(words, recorded) : !writeRuns(heap, lists, recorded)) return false;
    // writing runs may have taken more memory
    if (!isPlain) words = heap.i32;
    words[keysWord] = call.key.shape[2];
    for (const operand of operands) {
      if (!operand.fits()) return false;
      const moved = operand.moves();
      if (moved === 0) continue;
      for (let task = 0; task < taskOwners.length; task++) words[tasks / 4 + task * taskWords + operand.word] += moved;
    }
    const firstQuery = tasks / 4 + word("firstQuery");
    for (let task = 0; task < taskOwners.length; task++) {
      words[firstQuery + task * taskWords] = call.queryOffsets[taskOwners[task]];
    }
    return true;
  };
}

/** Without a block mask: the last chunk of each batch element ends with its keys. */
function lengthenRuns(words: Int32Array, { call, strips, chunk }: RecordedDecode): boolean {
  let present = -1;
  for (const { b, chunks } of strips) {
    if (b === present) continue;
    present = b;
    const keys = call.keyLengths[b];
    if (Math.ceil(keys / chunk) !== chunks.length) return false;
    words[chunks[chunks.length - 1].address / 4 + 1] = keys;
  }
  return true;
}

/** With a block mask: the runs that it has now. */
function writeRuns(heap: Heap, lists: Borrowed, { plan, call, tasks, strips, chunk }: RecordedDecode): boolean {
  const group = call.query.shape[1] / call.key.shape[1];
  lists.free();
  const chunksOf = cutAll(heap, lists, writeRunLists(heap, lists, call, plan.mask), chunk);
  let task = tasks / 4;
  let strip = 0;
  for (let b = 0; b < call.query.shape[0]; b++) {
    for (let keyHead = 0; keyHead < call.key.shape[1]; keyHead++) {
      const recorded = strips[strip]?.b === b && strips[strip].keyHead === keyHead ? strips[strip++].chunks.length : 0;
      const chunks = call.queryLengths[b] > 0 ? chunksOf(b, keyHead * group) : [];
      if (chunks.length !== recorded) return false;
      const words = heap.i32;
      for (const runs of chunks) {
        words[task + word("runs")] = runs.address;
        words[task + word("runCount")] = runs.count;
        task += taskWords;
      }
    }
  }
  return true;
}

interface Followed {
  readonly word: number;
  readonly moves: () => number;
  readonly fits: () => boolean;
}

/** Operands that lie in the memory as views which may move or grow. A copy of one is as long as it was. */
function followed(call: Call, placed: PlacedCall): Followed[] {
  const { key, value } = call;
  return [
    ...follow("key", key, placed.key),
    ...follow("value", value, placed.value),
    ...(isQuantized(key) ? follow("keyScales", key.scales, placed.keyScales) : []),
    ...(isQuantized(value) ? follow("valueScales", value.scales, placed.valueScales) : []),
  ];
}

function follow(field: DecodeField, tensor: Tensor, at: Placed): Followed[] {
  if (!isLive(tensor)) return [];
  const isInPlace = addressOf(tensor) === at.address;
  return [
    {
      word: word(field),
      moves: isInPlace ? movesOf(tensor) : () => 0,
      fits: isInPlace ? () => true : holdsRows(tensor),
    },
  ];
}
