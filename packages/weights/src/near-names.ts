/** Longer names are compared by their first letters only, so that a hostile name costs no more than another. */
const comparedLength = 200;

/** The names most like `wanted`, best first, at most five: shared runs of three letters (Dice coefficient above 0.3). */
export function nearNames(wanted: string, names: readonly string[]): string[] {
  const runs = runsOf(wanted);
  return names
    .map((name) => ({ name, likeness: likeness(runs, runsOf(name)) }))
    .filter(({ likeness }) => likeness > 0.3)
    .toSorted((a, b) => b.likeness - a.likeness)
    .slice(0, 5)
    .map(({ name }) => name);
}

function runsOf(name: string): ReadonlySet<string> {
  const padded = `  ${name.slice(0, comparedLength)} `;
  return new Set(Array.from({ length: padded.length - 2 }, (_, start) => padded.slice(start, start + 3)));
}

function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const run of a) if (b.has(run)) shared++;
  return (2 * shared) / (a.size + b.size);
}
