/** Keeps a record of every call in Postgres, off the calls' path: journal first, database later, nothing lost in between. */

import path from 'node:path';
import {type ClosedExchange, definePlugin, describe} from '../../core/index.js';
import {redactor} from '../redact/keys.js';
import {addAdminRoutes} from './admin/routes.js';
import {bytesOfInterest, redactsNothing} from './body-text.js';
import {addCommands} from './commands/index.js';
import {Backlog} from './journal/backlog.js';
import {Journal} from './journal/journal.js';
import {database} from './keys.js';
import {addMetrics} from './metrics.js';
import {type RequestLogOptions, type RequestLogSettings, requestLogSchema} from './options.js';
import {Recorder} from './recorder.js';
import type {RowContext} from './row.js';
import {rowTexts} from './row-texts.js';
import {migrations} from './schema.js';
import {Store} from './store.js';
import {addUsageRoute} from './usage/route.js';
import {Writer} from './writer.js';

export type {RequestLogOptions} from './options.js';

/** What processes that crash leave behind is looked for this often. */
const adoptMs = 30_000;
/** How long a stop waits for the database to take what is left; the rest stays in the journal. */
const drainMs = 3000;

export const requestLog = definePlugin<RequestLogOptions>({
	name: 'request-log',
	options: requestLogSchema,
	apply(gateway, options) {
		const settings = options as RequestLogSettings;
		const {hooks, log, defer, deployment, configHash} = gateway;
		for (const [name, migration] of Object.entries(migrations)) gateway.migrations.add(name, migration);
		const store = new Store(settings, gateway);
		defer(() => store.close());
		const journal = new Journal({
			folder: path.join(settings.dataDir, 'journal'),
			mostBytes: settings.spillMegabytes * 1024 * 1024,
			report: {
				broken: error =>
					log.error(
						'the journal cannot be written; records wait in memory only until it can be again',
						describe(error),
					),
				mended: () => log.info('the journal can be written again'),
			},
		});
		const backlog = new Backlog(journal);
		const writer = new Writer({
			backlog,
			journal,
			log,
			connect: () => store.ready(),
			makeDays: days => store.makeDays(days),
		});
		let context: RowContext | undefined;
		const recorder = new Recorder({
			journal,
			backlog,
			log,
			context: () => {
				if (context === undefined) {
					const found = gateway.find(redactor);
					const texts = rowTexts(deployment, configHash, found);
					context = {rules: settings, redactor: found ?? redactsNothing, texts};
				}
				return context;
			},
			recorded: () => writer.wake(),
		});

		gateway.keepAnswers(bytesOfInterest(settings));
		hooks.record.tap('request-log', exchange => {
			if (isRecorded(exchange)) recorder.add(exchange);
		});
		gateway.provide(database, {
			shown: store.shown,
			knex: () => store.knex,
			ready: async () => {
				await store.ready();
				return await store.query();
			},
			available: () => writer.trouble === undefined,
		});
		gateway.checks.add('database', () => {
			// Anybody may read it: not where the server is.
			const kind = store.embedded ? 'embedded' : 'server';
			const state = {kind, waiting: writer.waiting, journalBytes: journal.bytes};
			if (writer.trouble !== undefined) return {status: 'degraded', reason: 'the database is away', ...state};
			if (journal.broken) return {status: 'degraded', reason: 'the journal cannot be written', ...state};
			return {status: 'ok', ...state};
		});
		addMetrics(gateway, {journal, backlog, writer, recorder});
		addAdminRoutes(gateway, store);
		addUsageRoute(gateway, store);
		addCommands(gateway, store);

		gateway.beforeServing(async () => {
			await journal.open();
			const adopt = async (): Promise<void> => {
				const segments = await journal.adopt();
				if (segments.length === 0) return;
				log.info('records of a process that is gone are taken over', {files: segments.length});
				backlog.inherit(segments);
				writer.wake();
			};
			const timer = setInterval(() => void adopt(), adoptMs).unref();
			defer(async () => {
				clearInterval(timer);
				await recorder.close();
				await writer.stop(drainMs);
				await journal.close();
			});
			await store.start();
			await adopt();
			writer.start();
		});
	},
});

/** Model calls and what is passed through, refused ones too. What the gateway answers by itself says nothing that is worth a row. */
function isRecorded({endpoint}: ClosedExchange): boolean {
	return endpoint.kind !== 'local';
}
