import { join } from "node:path";
import type { Arguments } from "./arguments.ts";
import { readCheckpoint, type Checkpoint } from "./checkpoint.ts";
import type { Settings } from "./task.ts";
import { UserError } from "@fovea/command-line";

/** A run that may begin, or go on. */
export interface OpenRun {
  readonly settings: Settings;
  /** Where it goes on; null when it begins. */
  readonly checkpoint: Checkpoint | null;
  /** Of its checkpoints. */
  readonly path: string;
}

/** @throws {UserError} when the arguments and what lies in the folder contradict each other, or an unfinished run would be lost */
export async function openRun(options: Arguments): Promise<OpenRun> {
  const path = join(options.out, "checkpoint.safetensors");
  const checkpoint = options.restart ? null : await readCheckpoint(path);
  return { settings: settle(options, checkpoint, path), checkpoint: options.resume ? checkpoint : null, path };
}

/** The settings of the run: those of the checkpoint when it goes on.
 *  @throws {UserError} when they contradict each other, or an unfinished run would be lost */
function settle({ settings, asked, resume, out }: Arguments, checkpoint: Checkpoint | null, path: string): Settings {
  if (resume) {
    if (!checkpoint) throw new UserError(`There is no run to go on with: ${path} does not exist. Leave out --resume.`);
    const before = checkpoint.settings;
    for (const name of ["task", ...asked] as const) {
      if (before[name] === settings[name]) continue;
      throw new UserError(
        `--resume goes on as the run began: its ${name} is ${String(before[name])}, not ${String(settings[name])}. Leave the option out, or begin a new run in another folder (--out).`,
      );
    }
    if (checkpoint.state.step === before.steps) {
      throw new UserError(`The run in ${out} is finished (${before.steps} steps). Leave out --resume to begin anew.`);
    }
    return before;
  }
  if (checkpoint && checkpoint.state.step < checkpoint.settings.steps) {
    throw new UserError(
      `${out} holds a run that stopped at step ${checkpoint.state.step} of ${checkpoint.settings.steps}. Add --resume to go on, --restart to begin anew, or --out for another folder.`,
    );
  }
  return settings;
}
