/** A straight line through points, and how much of what is between them it explains (R squared). */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): {
  slope: number;
  rSquared: number;
} {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  const variance = mean(([x]) => (x - meanX) ** 2);
  const slope = mean(([x, y]) => (x - meanX) * (y - meanY)) / variance;
  const unexplained = mean(([x, y]) => (y - meanY - slope * (x - meanX)) ** 2);
  const total = mean(([, y]) => (y - meanY) ** 2);
  return { slope, rSquared: total === 0 ? 1 : 1 - unexplained / total };
}
