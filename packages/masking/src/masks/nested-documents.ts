import { trace } from "@fovea/program";
import type { Program, Table, Value } from "@fovea/program";
import { isPerBatch, positionRows, positionTable, readPosition } from "./position-table.ts";
import type { PerPosition } from "./position-table.ts";
import { subtreeSpans } from "./subtree-spans.ts";

/** Documents inside documents, such as a book, its chapters and their sections: each query sees its own document
 *  and every document around it, but none beside or inside it.
 *
 *  ```
 *  ██····   ids 0 0 1 1 2 2, parents -1 0 0
 *  ██····   (1 and 2 are parts of 0)
 *  ████··
 *  ████··
 *  ██··██
 *  ██··██
 *  ```
 *
 *  @param ids a document per position, -1 for none; one list for all, or one per batch element
 *  @param parents the document around each document, -1 for an outermost one
 *  @returns a program with tables `enter` and `leave`, the span of each position's document in a walk over all of them
 *  @throws {MaskError} when an id names no document, or a document is inside itself */
export function nestedDocuments(ids: PerPosition, parents: ArrayLike<number>): Program {
  const { enter, leave } = subtreeSpans("nestedDocuments", parents);
  const rows = positionRows("nestedDocuments", "ids", ids, -1, Math.max(parents.length - 1, -1));
  const spanTable = (span: Int32Array): ReturnType<typeof positionTable> =>
    positionTable(rows, isPerBatch(ids), (row, position) =>
      rows[row][position] === -1 ? 0 : span[rows[row][position]],
    );
  return trace((scope) => {
    const [enters, leaves] = [scope.table("enter", spanTable(enter)), scope.table("leave", spanTable(leave))];
    const at = (table: Table, position: Value): Value => readPosition(scope, table, isPerBatch(ids), position);
    const [own, around] = [at(enters, scope.query), at(enters, scope.key)];
    return around.lessEqual(own).and(own.less(at(leaves, scope.key)));
  });
}
