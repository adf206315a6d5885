/** Seconds as `mm:ss.hh`, with hours where there are any; `mark` stands before the parts of a second.
 *  @param digits parts of a second: 2 for hundredths */
export function clock(seconds: number, { hours = false, mark = ".", digits = 2 } = {}): string {
  const parts = Math.round(seconds * 10 ** digits);
  const whole = Math.floor(parts / 10 ** digits);
  const two = (value: number): string => String(value).padStart(2, "0");
  const hour = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${mark}${String(parts % 10 ** digits).padStart(digits, "0")}`;
  return hours || hour > 0 ? `${two(hour)}:${rest}` : rest;
}
