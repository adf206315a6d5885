import { resultType } from "@fovea/program";
import type { Program } from "@fovea/program";
import { ScoreError } from "./score-error.ts";

/** Whether a program is a score or a mask, by what it gives. */
export function programKind(program: Program): "score" | "mask" {
  return resultType(program) === "bool" ? "mask" : "score";
}

export function checkKind(who: string, name: string, program: Program, kind: "score" | "mask"): void {
  const got = programKind(program);
  if (got === kind) return;
  throw new ScoreError(
    `${who}: ${name} must be a ${kind} program, got a ${got}. Pass ${kind}s here, and ${got}s as the attention's ${got}.`,
  );
}
