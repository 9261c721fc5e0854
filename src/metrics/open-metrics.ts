import { AggregatorRegistry, Registry } from 'prom-client';
import type { CollectedFamily, Report } from './family.js';

export const OPEN_METRICS = Registry.OPENMETRICS_CONTENT_TYPE;

/** Sums up the reports of several processes. */
export const merge = (reports: readonly Report[]): Report =>
  (registryOf(reports).getMetricsAsArray() as unknown as Report).map(
    ({ name, help, type, aggregator, values }) => ({ name, help, type, aggregator, values }),
  );

/**
 * Writes the sums of several reports as OpenMetrics 1.0.
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export async function write(reports: readonly Report[]): Promise<string> {
  const registry = registryOf(reports);
  registry.setContentType(OPEN_METRICS);
  return withUnits(await registry.metrics());
}

/** What a process has counted stays true when it has ended, or does not respond. Its gauges do not. */
export const countersOf = (report: Report): Report => report.filter(isCounter);

const isCounter = ({ type }: CollectedFamily): boolean => type !== 'gauge';

const registryOf = (reports: readonly Report[]) => AggregatorRegistry.aggregate([...reports]);

/** prom-client does not write units. The name of a series ends with its unit. */
const withUnits = (text: string): string =>
  text.replace(/^# TYPE (\S+_(seconds|bytes)) \S+$/gm, '$&\n# UNIT $1 $2');
