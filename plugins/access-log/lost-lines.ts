/** Tells how many lines an output did not take. */

import type {Gateway, MetricReading} from '../../core/index.js';

/** Counts lost lines so far. */
type Count = () => number;

/**
 * Registers the metric.
 * @returns where outputs leave their counts, by their names.
 */
export function countLostLines({metrics}: Gateway): Map<string, Count> {
	const counts = new Map<string, Count>();
	metrics.add('access_log_lines_lost_total', {
		kind: 'counter',
		help: 'Lines of the access log that its output did not take.',
		read: (): MetricReading => [...counts].map(([output, count]) => ({labels: {output}, value: count()})),
	});
	return counts;
}
