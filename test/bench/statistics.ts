/** The value below which that share of `values` lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Where the middle four fifths lie; of few values, all. */
export function spread(values: readonly number[]): string {
  const [low, high] = [quantile(values, 0.1), quantile(values, 0.9)];
  return `${low.toFixed(2)}–${high.toFixed(2)}`;
}
