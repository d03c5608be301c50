/** `tapgate key create`, `key list` and `key revoke`. */

import {parseArgs} from 'node:util';
import type {Knex} from 'knex';
import {type Command, ConfigError, type Gateway, GatewayError, readPageQuery} from '../../../core/index.js';
import {createKey, listKeys, revokeKey, type ShownKey} from './key-table.js';
import {readWish} from './wish.js';

type Print = (line: string) => void;

/** Gives the database with its tables up to date; `undefined` when the config has none. */
type Reach = () => Promise<Knex> | undefined;

/** What the commands work on. */
export interface KeyCommands {
	readonly reach: Reach;
	readonly reserved: ReadonlySet<string>;
	/** Called after a key was revoked: gateways are told; false when they cannot be. */
	readonly tell: (id: string) => Promise<boolean>;
}

export function addCommands({commands}: Pick<Gateway, 'commands'>, {reach, reserved, tell}: KeyCommands): void {
	commands.add(
		'key create',
		command(
			reach,
			'issue a key and print it, this once: key create NAME [--team T] [--tag T]… [--allow PATTERN]… ' +
				'[--limit requestsPerMinute=60]… [--budget dailyUsd=5]… [--expires 2030-01-31]',
			async (knex, args, print) => {
				const {key, shown} = await createKey(knex, readWish(wishOf(args), 'command line', reserved));
				print(key);
				print(`${lineOf(shown)}; the key is not shown again`);
			},
		),
	);
	commands.add(
		'key list',
		command(reach, 'list issued keys, newest first: key list [NAME] [--revoked]', async (knex, args, print) => {
			const {values, positionals} = parsed(args, {revoked: {type: 'boolean'}}, 1);
			const filter = {name: positionals[0], revoked: values['revoked'] === true};
			let cursor: string | undefined;
			do {
				const {data, next_cursor} = await listKeys(knex, filter, readPageQuery(undefined, cursor));
				for (const key of data) print(lineOf(key));
				if (cursor === undefined && data.length === 0) print('there are none');
				cursor = next_cursor ?? undefined;
			} while (cursor !== undefined);
		}),
	);
	commands.add(
		'key revoke',
		command(reach, 'revoke issued keys: key revoke ID…', async (knex, args, print) => {
			const {positionals} = parsed(args, {}, Number.POSITIVE_INFINITY);
			if (positionals.length === 0) throw new ConfigError('expected the id of a key, as `tapgate key list` shows it');
			for (const id of positionals) {
				const shown = await revokeKey(knex, id);
				if (shown === undefined) throw new ConfigError(`no issued key has the id "${id}"; see \`tapgate key list\``);
				const told = await tell(shown.id);
				print(lineOf(shown));
				if (!told) print('the store could not be told: gateways find it in the database');
			}
		}),
	);
}

/** What stops a command is one line for whoever typed it. */
function command(
	reach: Reach,
	summary: string,
	work: (knex: Knex, args: readonly string[], print: Print) => Promise<void>,
): Command {
	return {
		summary,
		async run(args, print) {
			try {
				const database = reach();
				if (database === undefined) {
					print(
						'issued keys are kept in the database: list requestLog() in the config, or write keys into auth({keys})',
					);
					return 1;
				}
				await work(await database, args, print);
				return 0;
			} catch (error) {
				const {message, code} = error as {message?: string; code?: unknown};
				const told = ConfigError.is(error) || GatewayError.is(error);
				print(told ? String(message) : `the database cannot be used: ${message || String(code)}`);
				return 1;
			}
		},
	};
}

function wishOf(args: readonly string[]): object {
	const {values, positionals} = parsed(
		args,
		{
			team: {type: 'string'},
			tag: {type: 'string', multiple: true},
			allow: {type: 'string', multiple: true},
			limit: {type: 'string', multiple: true},
			budget: {type: 'string', multiple: true},
			expires: {type: 'string'},
		},
		1,
	);
	const {team, tag, allow, limit, budget, expires} = values;
	const [name] = positionals;
	if (name === undefined) throw new ConfigError('expected the name of the caller: tapgate key create NAME');
	const wish = {
		name,
		team,
		tags: tag,
		allow,
		limits: numbers('limit', limit),
		budget: numbers('budget', budget),
		expires,
	};
	return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
}

function numbers(option: string, given: unknown): Record<string, number> | undefined {
	if (!Array.isArray(given)) return undefined;
	return Object.fromEntries(
		given.map(text => {
			const [, name, number] = /^(\w+)=(\d+(?:\.\d+)?)$/.exec(String(text)) ?? [];
			if (name === undefined)
				throw new ConfigError(`--${option}: expected a name and a number, such as requestsPerMinute=60`);
			return [name, Number(number)];
		}),
	);
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parsed(args: readonly string[], options: Options, mostPositionals: number) {
	try {
		const result = parseArgs({args: [...args], options, allowPositionals: true});
		if (result.positionals.length > mostPositionals)
			throw new ConfigError(`unexpected argument "${result.positionals[mostPositionals]}"`);
		return result;
	} catch (error) {
		throw ConfigError.is(error) ? error : new ConfigError((error as Error).message);
	}
}

function lineOf({id, name, prefix, team, tags, created_at, created_by, expires_at, revoked_at}: ShownKey): string {
	return [
		id,
		`${prefix}…`,
		name,
		...(team === undefined ? [] : [`team ${team}`]),
		...(tags === undefined || tags.length === 0 ? [] : [`tags ${tags.join(' ')}`]),
		`made ${created_at} by ${created_by}`,
		...(expires_at === null ? [] : [`expires ${expires_at}`]),
		...(revoked_at === null ? [] : [`revoked ${revoked_at}`]),
	].join('  ');
}
