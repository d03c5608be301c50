/** The command `tapgate prices update`: writes the price lists of this repository anew. */

import {access, readFile, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import type {Command} from '../../core/index.js';
import {priceList} from './package-prices.js';
import type {PriceList} from './price.js';

const packageName = '@pydantic/genai-prices';

/** The vendors behind the built-in providers; a file for each. */
const vendors = ['openai', 'anthropic', 'azure', 'deepseek', 'google', 'groq', 'x-ai', 'zai', 'zhipuai'] as const;

/** @param folder a checkout of the gateway. */
export function pricesCommand(folder: string = process.cwd()): Command {
	return {
		summary: `in a checkout of the gateway: write its price lists anew from ${packageName}`,
		async run(_args, print) {
			const target = path.join(folder, 'plugins', 'cost', 'prices');
			try {
				await access(path.join(target, 'index.ts'));
			} catch {
				print(`expected a checkout of the gateway, found no ${target}; a config says its own prices in cost({prices})`);
				return 1;
			}
			const lists = await takenLists();
			if (lists === undefined) {
				print(`expected ${packageName} to be installed; run npm install --save-dev ${packageName}@latest`);
				return 1;
			}
			for (const list of lists) {
				await writeFile(path.join(target, `${list.vendor}.ts`), module(list));
				print(`${list.vendor}: ${list.models.length} models`);
			}
			print(`from ${lists[0]?.collection}`);
			return 0;
		},
	};
}

/** Only whoever maintains the lists has the package: it is asked for when it is needed. */
async function takenLists(): Promise<readonly PriceList[] | undefined> {
	try {
		const {findProvider} = await import('@pydantic/genai-prices');
		const collection = `${packageName} ${await installedVersion()}`;
		const date = new Date().toISOString().slice(0, 10);
		return vendors.map(id => {
			const provider = findProvider({providerId: id});
			if (provider === undefined) throw new Error(`${packageName} lists no ${id} any more`);
			return priceList(provider, vendors, collection, date);
		});
	} catch (error) {
		if ((error as {code?: unknown}).code === 'ERR_MODULE_NOT_FOUND') return undefined;
		throw error;
	}
}

async function installedVersion(): Promise<string> {
	const entry = createRequire(import.meta.url).resolve(packageName);
	const text = await readFile(path.join(path.dirname(entry), '..', 'package.json'), 'utf8');
	return String((JSON.parse(text) as {version?: unknown}).version);
}

/** A module with a line for each model, so that a change of a price is a change of a line. */
function module({models, ...head}: PriceList): string {
	const name = head.vendor.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
	const members = Object.entries(head).map(([key, value]) => `\t${key}: ${source(value)},`);
	const lines = models.map(model => `\t\t${source(model)},`);
	return [
		`/** What the models of ${head.vendor} cost; written by \`tapgate prices update\`. */`,
		'',
		"import type {PriceList} from '../price.js';",
		'',
		`export const ${name}: PriceList = {`,
		...members,
		'\tmodels: [',
		...lines,
		'\t],',
		'};',
		'',
	].join('\n');
}

function source(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(source).join(', ')}]`;
	if (typeof value === 'object' && value !== null)
		return `{${Object.entries(value)
			.map(([key, member]) => `${key}: ${source(member)}`)
			.join(', ')}}`;
	if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
	return String(value);
}
