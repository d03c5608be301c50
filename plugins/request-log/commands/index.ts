/** `tapgate migrate`, `tapgate log export` and `tapgate log import`. */

import {ConfigError, type Gateway} from '../../../core/index.js';
import {known, migrate} from '../migrate.js';
import type {Store} from '../store.js';
import {exportRecords} from './export.js';
import {importRecords} from './import.js';

export function addCommands({commands, migrations}: Pick<Gateway, 'commands' | 'migrations'>, store: Store): void {
	commands.add('migrate', {
		summary: 'bring the database up to date',
		async run(args, print) {
			if (args.length > 0) {
				print(`expected no arguments, found ${args.join(' ')}`);
				return 1;
			}
			return reached(print, async () => {
				const knex = await store.query();
				const {done} = await migrate(knex, migrations);
				for (const step of done) print(`done: ${step}`);
				print(`${store.shown} is up to date (${known(migrations).length} steps, ${done.length} of them now)`);
			});
		},
	});
	commands.add('log export', {
		summary: 'write all records as lines of JSON to standard output; --since and --until take times',
		run: (args, print) => reached(print, () => exportRecords(store, args, process.stdout)),
	});
	commands.add('log import', {
		summary: 'put records into the database, from a file or standard input; what is there already is left alone',
		run: (args, print) => reached(print, async () => print(await importRecords(store, args))),
	});
}

/** What stops a command is one line for whoever typed it. */
async function reached(print: (line: string) => void, work: () => Promise<void>): Promise<number> {
	try {
		await work();
		return 0;
	} catch (error) {
		if (error instanceof ConfigError) throw error;
		const {message, code} = error as {message?: string; code?: unknown};
		print(`the database cannot be used: ${message || String(code)}`);
		return 1;
	}
}
