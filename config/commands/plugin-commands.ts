/** Commands that plugins bring: `tapgate key hash …` runs the command "key hash" of a plugin of the config. */

import type {Command} from 'commander';
import type {Engine} from '../../core/index.js';
import {explained} from '../failure.js';
import {type LoadOptions, loadConfig} from '../load.js';
import {createLog} from '../log.js';
import {assemble} from '../start.js';

/**
 * Assembles the config's gateway for its commands. Close it afterwards.
 * @throws when the config cannot be used.
 */
export async function assembleForCommands(options: LoadOptions): Promise<Engine> {
	const config = await loadConfig(options);
	return explained(config.file, () => assemble(config, createLog({level: 'warn'})));
}

/** Adds the commands of an assembled gateway to the command line. A name of several words is a command within a command. */
export function addPluginCommands(program: Command, engine: Engine, exit: (code: number) => void): void {
	const inOrderOfLength = [...engine.commands.names()].sort((a, b) => a.split(' ').length - b.split(' ').length);
	for (const name of inOrderOfLength) {
		const command = engine.commands.get(name);
		if (command === undefined) continue;
		place(program, name.split(' '))
			.description(command.summary)
			.argument('[args...]')
			.allowUnknownOption()
			.passThroughOptions()
			.action(async (args: readonly string[]) => {
				exit(await command.run(args, line => void process.stdout.write(`${line}\n`)));
			});
	}
	const lines = [...engine.commands.names()].map(name => `  ${name}  ${engine.commands.get(name)?.summary}`);
	if (lines.length > 0) program.addHelpText('after', ['', 'Commands of plugins:', ...lines].join('\n'));
}

function newCommand(parent: Command, word: string): Command {
	return parent.command(word).description('brought by a plugin').enablePositionalOptions();
}

function place(program: Command, words: readonly string[]): Command {
	let at = program;
	for (const word of words) {
		at = at.commands.find(command => command.name() === word) ?? newCommand(at, word);
	}
	return at;
}
