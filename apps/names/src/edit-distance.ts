/** Letters to insert, remove or replace to make one word of the other (Levenshtein 1966). */
export function editDistance(from: string, to: string): number {
  const [left, right] = [Array.from(from), Array.from(to)];
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [index, letter] of left.entries()) {
    const next = [index + 1];
    for (const [column, other] of right.entries()) {
      const [replaced, inserted, removed] = [row[column]!, row[column + 1]!, next[column]!];
      next.push(Math.min(replaced + (letter === other ? 0 : 1), inserted + 1, removed + 1));
    }
    row = next;
  }
  return row[right.length]!;
}
