import { closestName } from "@fovea/tensor";

/** `; did you mean "slopes"?` when one of the known names is near. */
export function suggest(typed: string, known: Iterable<string>): string | undefined {
  const near = closestName(typed, known);
  return near === undefined ? undefined : `; did you mean "${near}"?`;
}
