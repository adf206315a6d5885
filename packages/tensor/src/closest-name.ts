/** The known name that is near what was typed: begins with it, or at most two typing errors away (one for up to four letters). */
export function closestName(typed: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = typed.length <= 4 ? 1 : 2;
  for (const name of known) {
    const distance = name.startsWith(typed) ? 0.5 : editDistance(typed.toLowerCase(), name.toLowerCase(), least);
    if (distance < least || (distance === least && best === undefined)) {
      best = name;
      least = distance;
    }
  }
  return best;
}

/** How many insertions, deletions, replacements and swaps of neighbors lead from one word to the other; Infinity beyond `limit`. */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return Infinity;
  let twoBack: number[] = [];
  let back = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = back[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, back[j] + 1, row[j - 1] + 1);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        row[j] = Math.min(row[j], twoBack[j - 2] + 1);
    }
    [twoBack, back] = [back, row];
  }
  return back[to.length] <= limit ? back[to.length] : Infinity;
}
