/** A time as people say it: seconds up to 100, then minutes up to 100, then hours. */
export function readableSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return "some time";
  if (seconds < 100) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
