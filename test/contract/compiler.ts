/** Compiles with the repository's own settings, also what stands in no file. */

import path from 'node:path';
import ts from 'typescript';
import {root} from './repository.js';

/**
 * Makes a program.
 * @param texts path relative to the root → text, for files that exist only here.
 * @param files further files, relative to the root.
 */
export function compile(texts: ReadonlyMap<string, string>, files: readonly string[] = []): ts.Program {
	const config = path.join(root, 'tsconfig.json');
	const parsed = ts.parseJsonConfigFileContent(ts.readConfigFile(config, ts.sys.readFile).config, ts.sys, root);
	const options: ts.CompilerOptions = {...parsed.options, noEmit: true, incremental: false};
	delete options.tsBuildInfoFile;
	const host = ts.createCompilerHost(options);
	const virtual = new Map([...texts].map(([file, text]) => [path.join(root, file), text]));
	const {fileExists, readFile, getSourceFile} = host;
	host.fileExists = file => virtual.has(file) || fileExists.call(host, file);
	host.readFile = file => virtual.get(file) ?? readFile.call(host, file);
	host.getSourceFile = (file, settings, ...rest) => {
		const text = virtual.get(file);
		return text === undefined
			? getSourceFile.call(host, file, settings, ...rest)
			: ts.createSourceFile(file, text, settings, true);
	};
	return ts.createProgram([...virtual.keys(), ...files.map(file => path.join(root, file))], options, host);
}

/** What the compiler says of one file: `line: message`. */
export function complaints(program: ts.Program, file: string): readonly string[] {
	const source = program.getSourceFile(path.join(root, file));
	if (source === undefined) return [`${file} is no part of the program`];
	return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
		({start = 0, messageText}) =>
			`${source.getLineAndCharacterOfPosition(start).line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
	);
}

/** Every name that a module exports, types included, in order. */
export function exportsOf(program: ts.Program, file: string): readonly string[] {
	const checker = program.getTypeChecker();
	const source = program.getSourceFile(path.join(root, file));
	const symbol = source && checker.getSymbolAtLocation(source);
	return symbol === undefined
		? []
		: checker
				.getExportsOfModule(symbol)
				.map(({name}) => name)
				.sort();
}
