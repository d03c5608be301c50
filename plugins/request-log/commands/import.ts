/** Puts exported records into the database: what is there already is left alone, so a broken import is run again. */

import {createReadStream} from 'node:fs';
import {createInterface} from 'node:readline';
import {ConfigError, isObject} from '../../../core/index.js';
import {faultOf, Inserter} from '../insert.js';
import {packed} from '../journal/lines.js';
import {daysOf} from '../line-days.js';
import type {Store} from '../store.js';

const mostRows = 500;
const mostChars = 1024 * 1024;

/**
 * @returns a sentence on what was done.
 * @throws {ConfigError} for a line that is no record; those before it have been imported. @throws what the database says.
 */
export async function importRecords(store: Store, args: readonly string[]): Promise<string> {
	const [file, ...rest] = args;
	if (rest.length > 0) throw new ConfigError(`expected one file or none, found ${args.join(' ')}`);
	const connection = await store.ready();
	const inserter = new Inserter();
	const input = file === undefined || file === '-' ? process.stdin : createReadStream(file);
	let [read, records, written] = [0, 0, 0];
	let batch: string[] = [];
	let chars = 0;
	const flush = async (): Promise<void> => {
		if (batch.length === 0) return;
		const lines = packed(batch);
		await store.makeDays(daysOf([lines]));
		written += await inserter.insert(connection, [lines]);
		[batch, chars] = [[], 0];
	};
	try {
		for await (const line of createInterface({input, crlfDelay: Number.POSITIVE_INFINITY})) {
			read++;
			if (line.trim() === '') continue;
			batch.push(recordOf(line, read));
			records++;
			chars += line.length;
			if (batch.length >= mostRows || chars >= mostChars) await flush();
		}
		await flush();
	} catch (error) {
		if (error instanceof ConfigError || faultOf(error) === 'database') throw error;
		throw new ConfigError(`the database refuses a record before line ${read + 1}: ${(error as Error).message}`, {
			cause: error,
		});
	} finally {
		inserter.close();
	}
	return `${written} records imported, ${records - written} were there already`;
}

/** The line with `created_at` first, as the journal writes it. */
function recordOf(line: string, number: number): string {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		value = undefined;
	}
	if (!isObject(value) || typeof value['created_at'] !== 'string' || typeof value['id'] !== 'string') {
		throw new ConfigError(`line ${number}: expected a record as \`tapgate log export\` writes it`);
	}
	const {created_at: time} = value;
	return line.startsWith('{"created_at":"') ? line : JSON.stringify(Object.assign({created_at: time}, value));
}
