// The few statistics the tables use. Medians of one run of both sides: single figures wander on shared cores, ratios do not.

/** Value below which the share `q` of the samples lies (nearest rank). */
export function quantile(samples, q) {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(0, Math.ceil(q * sorted.length) - 1);
  return sorted[rank] ?? Number.NaN;
}

export const median = (samples) => quantile(samples, 0.5);

/** What of a series is kept in the results. */
export function summary(samples) {
  return { n: samples.length, min: quantile(samples, 0), median: median(samples), p95: quantile(samples, 0.95) };
}

/** Geometric mean: the middle of ratios. */
export function geometricMean(ratios) {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}
