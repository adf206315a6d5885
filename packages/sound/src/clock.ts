export interface ClockOptions {
  /** Whether hours stand there even where there are none. Default false. */
  readonly hours?: boolean;
  /** What stands before the parts of a second; default a point. */
  readonly mark?: string;
  /** Of the parts of a second; default 2, hundredths. */
  readonly digits?: number;
}

/** Seconds as `mm:ss.hh`, or `hh:mm:ss.hh`. */
export function clock(seconds: number, { hours = false, mark = ".", digits = 2 }: ClockOptions = {}): string {
  const parts = Math.round(seconds * 10 ** digits);
  const whole = Math.floor(parts / 10 ** digits);
  const hour = Math.floor(whole / 3600);
  const time = [...(hours || hour > 0 ? [hour] : []), Math.floor(whole / 60) % 60, whole % 60].map(twoDigits).join(":");
  return digits === 0 ? time : `${time}${mark}${String(parts % 10 ** digits).padStart(digits, "0")}`;
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");
