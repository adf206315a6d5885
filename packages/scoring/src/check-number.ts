import { ScoreError } from "./score-error.ts";

/** Refuses anything but a finite number above zero. `advice` ends the message with what to do. */
export function checkPositive(who: string, name: string, value: number, advice: string): void {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return;
  throw new ScoreError(`${who}: ${name} must be a finite number above 0, got ${String(value)}. ${advice}`);
}

/** Refuses anything but a whole number from `least` to `most`; by default what a program's int can hold. */
export function checkCount(
  who: string,
  name: string,
  value: number,
  least: number,
  advice: string,
  most: number = 2 ** 31 - 1,
): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new ScoreError(
    `${who}: ${name} must be a whole number from ${least} to ${most}, got ${String(value)}. ${advice}`,
  );
}
