/**
 * The prompt of Text Completions, in which marks at the beginning of a paragraph say who speaks:
 * `\n\nHuman: …\n\nAssistant:`.
 * @see https://platform.claude.com/docs/en/api/prompt-validation
 */

export interface Speech {
	readonly role: 'user' | 'assistant';
	readonly text: string;
}

/** What stands before the first mark are instructions. A prompt without marks is what the user says. */
export function readPrompt(prompt: string): {readonly system: string; readonly speeches: readonly Speech[]} {
	const marks = [...prompt.matchAll(/(?:^\s*|\n\n)(Human|Assistant):/g)];
	const [first] = marks;
	if (first === undefined) return {system: '', speeches: [{role: 'user', text: prompt.trim()}]};
	const speeches = marks.map((mark, index): Speech => {
		const text = prompt.slice(mark.index + mark[0].length, marks[index + 1]?.index);
		return {role: mark[1] === 'Human' ? 'user' : 'assistant', text: text.startsWith(' ') ? text.slice(1) : text};
	});
	// The last mark asks the assistant to speak; what stands behind it has been begun already.
	const last = speeches.at(-1);
	const open = last?.role === 'assistant' && last.text.trim() === '';
	return {system: prompt.slice(0, first.index).trim(), speeches: open ? speeches.slice(0, -1) : speeches};
}

/** The inverse; it always ends where the assistant speaks. */
export function writePrompt(system: string, speeches: readonly Speech[]): string {
	const said = speeches.map(({role, text}) => `\n\n${role === 'user' ? 'Human' : 'Assistant'}: ${text}`);
	const begin = system === '' ? '' : system;
	const open = speeches.at(-1)?.role === 'assistant' ? '' : '\n\nAssistant:';
	return `${begin}${said.join('')}${open}`;
}

/** Takes the marks out of what somebody says, so that nobody can speak for another. */
export function withoutMarks(text: string): string {
	return text.replace(/\n\n+(?=(?:Human|Assistant):)/g, '\n');
}
