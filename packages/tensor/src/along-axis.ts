import { resolveAxis, sizeOf } from "./dimensions.ts";

/** A row-major shape seen as `[outer, length, inner]` around one axis. Row `r` of `outer * inner` rows starts at `start(r)` and steps by `inner`. */
export interface AlongAxis {
  readonly axis: number;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly rows: number;
  readonly start: (row: number) => number;
}

export function alongAxis(who: string, shape: readonly number[], axis: number): AlongAxis {
  const at = resolveAxis(who, axis, shape.length);
  const outer = sizeOf(shape.slice(0, at));
  const inner = sizeOf(shape.slice(at + 1));
  const length = shape[at];
  const start = (row: number): number => Math.floor(row / inner) * length * inner + (row % inner);
  return { axis: at, outer, length, inner, rows: outer * inner, start };
}
