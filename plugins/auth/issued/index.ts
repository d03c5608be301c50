/** Puts issued keys to work where the config has a database. */

import type {Gateway} from '../../../core/index.js';
import {database} from '../../request-log/keys.js';
import type {Store} from '../../stores/keys.js';
import type {KeyRing} from '../key-ring.js';
import {addCommands} from './commands.js';
import {isIssuedForm} from './key-text.js';
import {Replica} from './replica.js';
import {Revocations} from './revocations.js';
import {addRoutes} from './routes.js';
import {migrations} from './schema.js';

/** What `authenticate` needs to know. */
export interface IssuedKeys {
	/** Whether a text may be an issued key while it is not known which those are. */
	mayBe(key: string): boolean;
}

/**
 * Registers commands, and with a database the tables, routes, check and metric, and keeps the ring up to date.
 * @param reserved names of the config's keys.
 * @param store where processes tell each other of revoked keys. @param missing called when the config has no database; may refuse the start.
 */
export function issueKeys(
	gateway: Gateway,
	ring: KeyRing,
	reserved: ReadonlySet<string>,
	store: Store | undefined,
	missing: () => void,
): IssuedKeys {
	const {log, defer} = gateway;
	let replica: Replica | undefined;
	const revocations = store && new Revocations(store, ids => replica?.revoke(ids));
	const tell = async (id: string): Promise<boolean> => (await revocations?.tell(id)) ?? true;
	addCommands(gateway, {reach: () => gateway.find(database)?.ready(), reserved, tell});
	gateway.beforeListen(() => {
		const found = gateway.find(database);
		if (found === undefined) {
			missing();
			return;
		}
		const keys = new Replica({ring, reserved, knex: () => found.knex(), log});
		replica = keys;
		for (const [name, migration] of Object.entries(migrations)) gateway.migrations.add(name, migration);
		addRoutes(gateway, {knex: () => found.knex(), reserved, changed: () => keys.pull(), tell});
		gateway.checks.add('issued-keys', () => {
			const troubles = [keys.trouble, revocations?.trouble].filter(trouble => trouble !== undefined);
			return troubles.length === 0
				? {status: 'ok', keys: keys.size}
				: {status: 'degraded', reason: troubles.join('; '), keys: keys.size};
		});
		gateway.metrics.add('auth_issued_keys', {
			kind: 'gauge',
			help: 'Issued keys that are known and not revoked.',
			read: () => keys.size,
		});
		// The database is reached in this step by a plugin that may stand behind this one.
		gateway.beforeServing(() =>
			gateway.beforeServing(async () => {
				defer(() => keys.polling.stop());
				defer(() => revocations?.polling.stop());
				await Promise.all([keys.polling.start(), revocations?.polling.start()]);
			}),
		);
	});
	return {mayBe: key => replica !== undefined && !replica.loaded && isIssuedForm(key)};
}
