import { panelWidth } from "../products/microkernel.ts";

/** Keys `first` up to `end`; `full` when all of them are seen. */
export interface Run {
  readonly first: number;
  readonly end: number;
  readonly full: boolean;
}

/** Where runs begin (+1) or end (-1), and whether that one was full. */
interface Edge {
  readonly key: number;
  readonly step: 1 | -1;
  readonly full: boolean;
}

/** The runs that any of several rows of blocks sees, ascending: full where every one of them sees all.
 *  @param lists runs of one row each, which do not overlap */
export function mergeRuns(lists: readonly (readonly Run[])[]): Run[] {
  const edges = lists
    .flat()
    .flatMap(({ first, end, full }): Edge[] => [
      { key: first, step: 1, full },
      { key: end, step: -1, full },
    ])
    .sort((a, b) => a.key - b.key);
  const merged: { first: number; end: number; full: boolean }[] = [];
  let [seen, full, before] = [0, 0, 0];
  for (const edge of edges) {
    if (edge.key > before && seen > 0) {
      const last = merged.at(-1);
      const isFull = full === lists.length;
      if (last && last.end === before && last.full === isFull) last.end = edge.key;
      else merged.push({ first: before, end: edge.key, full: isFull });
    }
    before = edge.key;
    seen += edge.step;
    if (edge.full) full += edge.step;
  }
  return merged;
}

/** The keys that any of several rows of blocks sees, whether or not all of them do, from multiples of eight on: runs that share a panel become one. */
export function mergeKeys(lists: readonly (readonly Run[])[]): Run[] {
  return mergeRuns(
    lists.map((runs) => runs.map(({ first, end }) => ({ first: first & -panelWidth, end, full: false }))),
  );
}
