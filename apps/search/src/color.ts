export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether to write colors: never with NO_COLOR, always with FORCE_COLOR, else on a terminal that can.
 *  @see https://no-color.org */
export function wantsColor(isTerminal: boolean, environment: Environment): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return isTerminal && TERM !== "dumb";
}
