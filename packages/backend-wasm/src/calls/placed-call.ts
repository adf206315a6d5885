import type { ScoreUnits } from "./score-units.ts";
import type { Placed } from "../memory/operand.ts";

/** Where a call's operands and results are. */
export interface PlacedCall {
  readonly query: Placed;
  readonly key: Placed;
  readonly keyScales: Placed;
  readonly value: Placed;
  readonly valueScales: Placed;
  /** Addresses: output rows, and each row's total and largest score. */
  readonly output: number;
  readonly totals: number;
  readonly maxima: number;
  /** The call's record. */
  readonly record: number;
  readonly units: ScoreUnits;
}
