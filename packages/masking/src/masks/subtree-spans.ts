import { MaskError } from "../mask-error.ts";
import { wholeNumbers } from "../whole-number.ts";

/** Where each node's subtree begins and ends when the nodes are numbered from 1, parents before children:
 *  node `a` is an ancestor of `b` (or `b` itself) exactly when `enter[a] <= enter[b] < leave[a]`.
 *  Two numbers per node say what would otherwise take a nodes × nodes matrix. */
export interface SubtreeSpans {
  readonly enter: Int32Array;
  readonly leave: Int32Array;
}

/** Numbers the nodes of a tree, or of several trees, given by the parent of each node.
 *  @param parents index of each node's parent, -1 for a root, in any order
 *  @throws {MaskError} when a parent does not exist, or nodes are their own ancestors */
export function subtreeSpans(who: string, parents: ArrayLike<number>): SubtreeSpans {
  const nodes = parents.length;
  wholeNumbers(who, "parents", parents, -1, Math.max(nodes - 1, -1));

  // pass 1: children as linked lists, in ascending order because they are pushed in descending order; list `nodes` holds the roots
  const firstChild = new Int32Array(nodes + 1).fill(-1);
  const nextSibling = new Int32Array(nodes).fill(-1);
  for (let node = nodes - 1; node >= 0; node--) {
    const parent = parents[node] === -1 ? nodes : parents[node];
    nextSibling[node] = firstChild[parent];
    firstChild[parent] = node;
  }

  // pass 2: walk down first children, and on to the next sibling on the way back up
  const enter = new Int32Array(nodes);
  const leave = new Int32Array(nodes);
  let count = 0;
  let node = firstChild[nodes];
  while (node !== -1) {
    enter[node] = ++count;
    if (firstChild[node] !== -1) {
      node = firstChild[node];
      continue;
    }
    leave[node] = count + 1;
    while (node !== -1 && nextSibling[node] === -1) {
      node = parents[node];
      if (node !== -1) leave[node] = count + 1;
    }
    if (node !== -1) node = nextSibling[node];
  }
  if (count < nodes)
    throw new MaskError(`${who}: parents must lead to a root (-1), but node ${enter.indexOf(0)} is its own ancestor.`);
  return { enter, leave };
}
