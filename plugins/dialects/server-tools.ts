/** Tools that a provider runs itself and another provider has as well: searching the web, running code. */

import {isObject, type JsonObject, type Loss, pathOf, type Tool} from '../../core/index.js';

type NativeTool = Extract<Tool, {type: 'native'}>;

/** A search of the web, whatever format asks for it. */
export interface WebSearch {
	/** The only domains that may be looked at. */
	readonly domains?: readonly unknown[];
	/** Where the user is: city, country, region, timezone. */
	readonly location?: JsonObject;
	readonly contextSize?: string;
	/** Members that say something else. */
	readonly rest: readonly string[];
}

/** What Chat Completions has in place of a tool. */
export const searchOptions = 'web_search_options';

const read: ReadonlySet<string> = new Set([
	'type',
	'name',
	'allowed_domains',
	'filters',
	'user_location',
	'search_context_size',
	'cache_control',
	'defer_loading',
]);

/**
 * @returns `undefined` for any other tool.
 * @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool
 * @see https://platform.openai.com/docs/guides/tools-web-search
 */
export function webSearchOf({name, value}: NativeTool): WebSearch | undefined {
	if (!name.startsWith('web_search')) return undefined;
	const {filters, user_location: location, search_context_size: contextSize} = value;
	const domains = isObject(filters) ? filters['allowed_domains'] : value['allowed_domains'];
	const others = isObject(filters) ? Object.keys(filters).filter(member => member !== 'allowed_domains') : [];
	const nested = isObject(location) ? location['approximate'] : undefined;
	const place = placeOf(isObject(nested) ? nested : location);
	return {
		...(Array.isArray(domains) && domains.length > 0 && {domains}),
		...(place !== undefined && {location: place}),
		...(typeof contextSize === 'string' && {contextSize}),
		rest: [
			...Object.keys(value).filter(member => !read.has(member) && value[member] !== null),
			...others.map(member => `filters.${member}`),
		],
	};
}

function placeOf(location: unknown): JsonObject | undefined {
	if (!isObject(location)) return undefined;
	const known = Object.entries(location).filter(([name, value]) => name !== 'type' && typeof value === 'string');
	return known.length === 0 ? undefined : Object.assign({type: 'approximate'}, Object.fromEntries(known));
}

/** Notes what of a search another format cannot say. */
export function loseRest(tool: NativeTool, {rest}: WebSearch, losses: Loss[]): void {
	for (const member of rest)
		losses.push({path: `${pathOf(tool) ?? 'tools'}.${member}`, reason: 'a search of this model has no such option'});
}

/**
 * Whether a tool runs code in a container of its own, which it shares with nobody.
 * @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/code-execution-tool
 * @see https://platform.openai.com/docs/guides/tools-code-interpreter
 */
export function runsCode({name, value}: NativeTool): boolean {
	if (name.startsWith('code_execution')) return true;
	const {container} = value;
	return name === 'code_interpreter' && isObject(container) && container['type'] === 'auto' && !container['file_ids'];
}
