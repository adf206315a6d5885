/** What an unexpected value is, for messages: at most 80 characters, and never an error itself, whatever a stranger sent. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean") {
    return Object.is(value, -0) ? "-0" : String(value);
  }
  if (typeof value === "string") return JSON.stringify(value.length > 76 ? `${value.slice(0, 76)}…` : value);
  if (typeof value === "bigint") return "a bigint";
  if (Array.isArray(value)) return "an array";
  if (ArrayBuffer.isView(value)) return "a typed array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
