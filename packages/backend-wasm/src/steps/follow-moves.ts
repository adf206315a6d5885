import { BackendError } from "../backend-error.ts";
import type { Borrowed } from "../memory/borrowed.ts";
import { holdsRows, movesOf } from "../memory/live-rows.ts";
import type { Moving } from "../memory/moving.ts";
import { TaskList } from "../records/task-list.ts";

/** Which words of the memory are addresses within an operand: those of tasks that are others where it is placed elsewhere.
 *  @param addresses of each group's tasks */
export function wordsThatMove(
  placed: Moving["placed"],
  tasks: TaskList,
  build: (tasks: TaskList) => void,
  addresses: readonly number[],
): number[] {
  const elsewhere = new TaskList();
  placed.address += 64;
  build(elsewhere);
  placed.address -= 64;
  const words = tasks.groups.flatMap((group, index) =>
    group.words.flatMap((word, at) => (elsewhere.groups[index].words[at] === word ? [] : [addresses[index] / 4 + at])),
  );
  if (words.length > 0 || tasks.groups.length === 0) return words;
  throw new BackendError("record: this operation cannot read rows that move from run to run. Copy them first.");
}

/** Before each run, moves addresses as far as their operand has moved.
 *  @param words indices of ints in the memory */
export function followMoves(borrowed: Borrowed, { tensor }: Moving, words: readonly number[]): void {
  const moves = movesOf(tensor);
  const fits = holdsRows(tensor);
  borrowed.beforeRuns((ints) => {
    const moved = moves();
    if (moved !== 0) for (const word of words) ints[word] += moved;
    return fits();
  });
}
