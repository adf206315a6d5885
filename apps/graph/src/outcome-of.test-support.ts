import { UserError } from "@fovea/command-line";

/** What became of reading a damaged file: "read", "refused", or the bug it hit. */
export function outcomeOf(read: () => unknown): string {
  try {
    read();
    return "read";
  } catch (error) {
    return error instanceof UserError ? "refused" : String(error);
  }
}
