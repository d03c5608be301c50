#!/usr/bin/env node
/** The `tapgate` command. */

import {availableParallelism} from 'node:os';
import {setFlagsFromString} from 'node:v8';
import {Command, CommanderError, InvalidArgumentError} from 'commander';
import type {Engine} from '../core/index.js';
import {check} from './commands/check.js';
import {addPluginCommands, assembleForCommands} from './commands/plugin-commands.js';
import {serve} from './commands/serve.js';
import {blockOf} from './failure.js';
import type {LoadOptions} from './load.js';
import {packageVersion} from './package.js';

interface CommandLine extends LoadOptions {
	readonly validate?: boolean;
}

process.setSourceMapsEnabled(true);
// V8 learns where objects live long and then makes them old at once. What belongs to a call dies with it, but an old object that
// is dead holds its young neighbours until the next full collection: measured, a quarter of all processor time.
setFlagsFromString('--no-allocation-site-pretenuring');
// On one core, threads that collect garbage together only wait for each other: measured, two to nine percent of all processor time.
if (availableParallelism() === 1) setFlagsFromString('--no-parallel-scavenge');
process.exit(await run(process.argv.slice(2)));

/** @returns the exit code. */
async function run(args: readonly string[]): Promise<number> {
	let code = 0;
	let engine: Engine | undefined;
	let unusable: string | undefined;
	try {
		const program = createProgram(exitCode => {
			code = exitCode;
		});
		const asked = lookAhead(args);
		if (asked.pluginCommands) {
			try {
				engine = await assembleForCommands(asked.options);
				addPluginCommands(program, engine, exitCode => {
					code = exitCode;
				});
			} catch (error) {
				unusable = blockOf(error);
			}
		}
		await program.parseAsync(asked.serve ? ['serve', ...args] : args, {from: 'user'});
	} catch (error) {
		code = error instanceof CommanderError ? error.exitCode : 1;
		if (!(error instanceof CommanderError)) process.stderr.write(`${blockOf(error)}\n`);
		else if (code !== 0 && unusable !== undefined) {
			process.stderr.write(`Commands of plugins are not known, because the config cannot be used:\n${unusable}\n`);
		}
	} finally {
		await engine?.close();
	}
	return code;
}

function createProgram(exit: (code: number) => void): Command {
	const program = withOptions(new Command('tapgate'))
		.description('A programmable LLM gateway. Without a command it serves.')
		.version(packageVersion(), '-V, --version', 'print the version')
		.helpOption('-h, --help', 'print this help')
		.enablePositionalOptions()
		.exitOverride();
	withMigrate(withOptions(program.command('serve')))
		.description('serve the config until told to stop')
		.action(async (_, command: Command) => {
			const options: CommandLine = command.optsWithGlobals();
			exit(await (options.validate === true ? check(options) : serve(options)));
		});
	withOptions(program.command('check'))
		.description('validate the config and print what it would serve')
		.action(async (_, command: Command) => exit(await check(command.optsWithGlobals())));
	return program;
}

function withOptions(command: Command): Command {
	return command
		.option('-f, --config <file>', 'the config file (default: gateway.config.ts in the current folder)')
		.option('--host <address>', "listen there instead of the config's server.host")
		.option('--port <number>', "listen there instead of the config's server.port", readPort)
		.option('--deployment <name>', 'what the config is told it runs as (default: TAPGATE_DEPLOYMENT or development)')
		.option('--validate', 'the same as the command check');
}

/** Not an option of the program itself: its default would overrule what is given to a command. */
function withMigrate(command: Command): Command {
	return command.option('--no-migrate', 'do not bring the database up to date; refuse to start when it is not');
}

function readPort(text: string): number {
	const port = Number(text);
	if (/^\d+$/.test(text) && port <= 65_535) return port;
	throw new InvalidArgumentError('Expected a whole number from 0 to 65535.');
}

/** What must be known before the command line can be read: which words are commands depends on the config. */
function lookAhead(args: readonly string[]): {
	readonly options: LoadOptions;
	readonly serve: boolean;
	readonly pluginCommands: boolean;
} {
	const probe = withMigrate(withOptions(new Command())).passThroughOptions().exitOverride();
	const {operands, unknown} = probe.parseOptions([...args]);
	const word = operands[0];
	const helps = ['-h', '--help'].includes(unknown[0] ?? '') || word === 'help';
	return {
		options: probe.opts(),
		serve: word === undefined && !helps && !['-V', '--version'].includes(unknown[0] ?? ''),
		pluginCommands: helps || (word !== undefined && !['serve', 'check'].includes(word)),
	};
}
