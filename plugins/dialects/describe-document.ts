/** What is said of a document beside its content, in words: OpenAI's formats have no members for it. */

import type {DocumentPart} from '../../core/index.js';

/** Its title, unless it is the name of the file that is sent, and its context. */
export function describeDocument({source, name, context}: DocumentPart): readonly string[] {
	const title = source.kind === 'text' || source.kind === 'url' ? name : undefined;
	return [title, context].filter(text => text !== undefined && text !== '') as readonly string[];
}
