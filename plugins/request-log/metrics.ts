/** What the request log counts. */

import type {Gateway, Metric} from '../../core/index.js';
import type {Backlog} from './journal/backlog.js';
import type {Journal} from './journal/journal.js';
import type {Recorder} from './recorder.js';
import type {Writer} from './writer.js';

export interface Counted {
	readonly journal: Journal;
	readonly backlog: Backlog;
	readonly writer: Writer;
	readonly recorder: Recorder;
}

export function addMetrics({metrics}: Pick<Gateway, 'metrics'>, {journal, backlog, writer, recorder}: Counted): void {
	const add = (kind: Metric['kind'], name: string, help: string, read: () => number): void =>
		metrics.add(`request_log_${name}`, {kind, help, read});
	const {counts} = writer;
	add('gauge', 'up', '1 while the database takes records.', () => (writer.trouble === undefined ? 1 : 0));
	add('gauge', 'queue_records', 'Records in memory that the database does not have yet.', () => {
		return recorder.unwritten + writer.waiting;
	});
	add('gauge', 'queue_bytes', 'Size of these records.', () => backlog.bytes);
	add('gauge', 'journal_bytes', 'Size of the journal on the disk.', () => journal.bytes);
	add('counter', 'rows_written_total', 'Records that went into the database.', () => counts.written);
	add('counter', 'rows_replayed_total', 'The part of them that came back from the journal on the disk.', () => {
		return counts.replayed;
	});
	add('counter', 'rows_dropped_total', 'Records that were lost because neither journal nor memory had room.', () => {
		return recorder.dropped;
	});
	add(
		'counter',
		'rows_unjournaled_total',
		'Records that were in memory only because the journal did not take them.',
		() => {
			return recorder.unjournaled;
		},
	);
	add(
		'counter',
		'rows_refused_total',
		'Records that the database refuses; they are in refused.jsonl.',
		() => counts.refused,
	);
	add('counter', 'lines_torn_total', 'Pieces of the journal that a crash has left half written.', () => backlog.torn);
	add('counter', 'batches_total', 'Statements that put records into the database.', () => counts.batches);
	add('counter', 'insert_seconds_total', 'Seconds that these statements took.', () => counts.insertSeconds);
}
