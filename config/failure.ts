/** Says why a gateway does not start: one readable block for what a person wrote, the stack for what nobody expected. */

import path from 'node:path';
import {ConfigError, PluginError} from '../core/index.js';
import {packageRoot} from './package.js';

/** A start that failed, and the config file it failed with. */
export class StartFailure extends Error {
	/** The block that is printed. */
	readonly block: string;

	constructor(block: string, cause: unknown) {
		super('the gateway cannot start', {cause});
		this.name = 'StartFailure';
		this.block = block;
	}
}

/** Runs a part of the start; what it throws becomes a {@link StartFailure} that names the config file. */
export async function explained<Value>(file: string, step: () => Value | Promise<Value>): Promise<Value> {
	try {
		return await step();
	} catch (error) {
		throw error instanceof StartFailure ? error : new StartFailure(tell(file, error), error);
	}
}

/** What is printed of anything that ends a command. */
export function blockOf(error: unknown): string {
	if (error instanceof StartFailure) return error.block;
	if (ConfigError.is(error)) return block('error', error.message);
	return block('unexpected error', traceOf(error));
}

function tell(file: string, error: unknown): string {
	const parsing = /^(?:ParseError: )?([\s\S]*?)\s*\n (.+):(\d+):(\d+)$/.exec(
		error instanceof Error ? error.message : '',
	);
	if (parsing !== null) {
		const [, what = '', where = file, line = '', column = '0'] = parsing;
		return block(`error in ${shown(where)}:${line}:${Number(column) + 1}`, what);
	}
	if (PluginError.is(error)) {
		return block(`error in ${shown(file)}`, `${error.message}\n${traceOf(error.cause)}`);
	}
	const frames = ownFrames(error);
	const place = frames[0] ?? shown(file);
	if (ConfigError.is(error)) return block(`error in ${place}`, error.message);
	if (isMissingModule(error)) {
		return block(`error in ${shown(error.requireStack[0] ?? file)}`, error.message.split('\n')[0] ?? '');
	}
	if (frames.length === 0) return block(`error in ${place}`, traceOf(error));
	const trace = frames.slice(1).map(frame => `called at ${frame}`);
	return block(`error in ${place}`, [String(error), ...trace].join('\n'));
}

function block(title: string, text: string): string {
	return [title, ...text.split('\n').map(line => `  ${line}`)].join('\n');
}

function traceOf(error: unknown): string {
	return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}

/** `file:line` of frames in files of the config's author: of the error, else of what led to it. A transpiled line is right, its column is not. */
function ownFrames(error: unknown): readonly string[] {
	if (!(error instanceof Error)) return [];
	const frames = [...(error.stack ?? '').matchAll(/^ +at (?:.* \(|async )?(?:file:\/\/)?(\/.*?):(\d+):\d+\)?$/gm)]
		.filter(
			([, file = '']) => !file.includes('/node_modules/') && !gatewayFolders.some(folder => file.startsWith(folder)),
		)
		.map(([, file = '', line]) => `${shown(file)}:${line}`);
	return frames.length > 0 ? frames : ownFrames(error.cause);
}

const gatewayFolders = ['dist', 'core', 'plugins', 'config'].map(folder => path.join(packageRoot, folder) + path.sep);

/** As a person would write the path from where they are. */
export function shown(file: string): string {
	const relative = path.relative(process.cwd(), file);
	return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

function isMissingModule(error: unknown): error is Error & {readonly requireStack: readonly string[]} {
	return error instanceof Error && 'requireStack' in error && Array.isArray(error.requireStack);
}
