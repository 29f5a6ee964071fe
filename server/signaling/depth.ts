/**
 * Whether a decoded JSON value nests no deeper than `depth` objects or arrays. Checked before any
 * use: socket.io's decoder takes five thousand levels that its encoder, or a schema, would die of.
 */
export function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  return Object.values(value).every((inner) => isWithinDepth(inner, depth - 1));
}
