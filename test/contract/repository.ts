/** The repository's own files, as the contract tests read them. */

import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

/** Its root; the tests run from `dist/test/contract`. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The text of a file. @param file relative to the root. */
export function read(file: string): string {
	return readFileSync(path.join(root, file), 'utf8');
}

/** Names in a folder. */
export function list(folder: string): readonly string[] {
	return readdirSync(path.join(root, folder)).sort();
}

/** README.md and the pages of docs/, without the decisions. */
export function pages(): readonly string[] {
	return [
		'README.md',
		...list('docs')
			.filter(name => name.endsWith('.md'))
			.map(name => `docs/${name}`),
	];
}

/** A fenced block of a page. */
export interface Block {
	readonly page: string;
	/** 1 for the first line of the page; where the code begins. */
	readonly line: number;
	readonly code: string;
}

/** The fenced blocks of a language, in order. */
export function blocks(page: string, language: string): readonly Block[] {
	const text = read(page);
	return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(match => ({
		page,
		line: text.slice(0, match.index).split('\n').length + 1,
		code: match[1] ?? '',
	}));
}

/** The rows of the tables in a text, without their heads; cells as they are written. */
export function rows(markdown: string): readonly (readonly string[])[] {
	const lines = markdown.split('\n').filter(line => line.startsWith('|'));
	return lines
		.filter((line, index) => !isRule(line) && !isRule(lines[index + 1] ?? ''))
		.map(line =>
			line
				.slice(1, -1)
				.split('|')
				.map(cell => cell.trim()),
		);
}

function isRule(line: string): boolean {
	return /^\|[\s|:-]+\|$/.test(line) && line.includes('-');
}

/** The names in back quotes within a cell. */
export function quoted(cell: string | undefined): readonly string[] {
	return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(match => match[1] ?? '');
}
