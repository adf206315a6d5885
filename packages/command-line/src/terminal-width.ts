/** Characters of a line on standard output: the terminal's, elsewhere those of `COLUMNS`, else 80. */
export function terminalWidth(): number {
  return process.stdout.columns ?? (Number(process.env["COLUMNS"]) || 80);
}
