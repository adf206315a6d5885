import { trace } from "@fovea/program";
import type { Program, Table, Value } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { checkLengths, lengthAt } from "./length-table.ts";
import type { Lengths } from "./length-table.ts";
import { MaskError } from "../mask-error.ts";
import { isPerBatch, positionTable, readPosition } from "./position-table.ts";
import type { PerPosition } from "./position-table.ts";
import { subtreeSpans } from "./subtree-spans.ts";

/** Speculative decoding: a tree of guessed tokens is checked in one pass, each seeing what was decided before (`past`),
 *  its ancestors and itself.
 *
 *  ```
 *  █·····   parents -1 0 1 1 0 4
 *  ██····
 *  ███···
 *  ██·█··
 *  █···█·
 *  █···██
 *  ```
 *
 *  @param parents the parent of each node, -1 for a root; node i stands at position `past + i`, for queries and keys alike.
 *    One list for all, or one per batch element. Kept as tables `enter` and `leave`, not as a nodes × nodes matrix
 *  @param options `past`: positions before the tree, causal among themselves; default 0; one number, or one per batch element (table `past`)
 *  @throws {MaskError} when a parent does not exist or a node is its own ancestor
 *  @see Miao et al. 2023, "SpecInfer", section 4.2; Cai et al. 2024, "Medusa", section 2.1.2 */
export function tree(parents: PerPosition, options: { readonly past?: Lengths } = {}): Program {
  checkOptions("tree", options, { past: true }, { example: "tree(parents, { past: 4 })", Refuse: MaskError });
  const { past = 0 } = options;
  checkLengths("tree", "past", past);
  const rows = isPerBatch(parents) ? parents : [parents];
  const spans = rows.map((row) => subtreeSpans("tree", row));
  const enterTable = positionTable(rows, isPerBatch(parents), (row, node) => spans[row].enter[node]);
  const leaveTable = positionTable(rows, isPerBatch(parents), (row, node) => spans[row].leave[node]);
  return trace((scope) => {
    const { query, key, table } = scope;
    const start = lengthAt(scope, "past", past);
    const [enters, leaves] = [table("enter", enterTable), table("leave", leaveTable)];
    // positions of the past are no nodes: their index is negative, and a table read outside gives 0
    const at = (table: Table, position: Value): Value =>
      readPosition(scope, table, isPerBatch(parents), position.subtract(start));
    const [own, ancestor] = [at(enters, query), at(enters, key)];
    const isAncestor = ancestor.lessEqual(own).and(own.less(at(leaves, key)));
    return key.less(start).and(key.lessEqual(query)).or(isAncestor);
  });
}
