import {existsSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

/** Says what is wrong with a value, or `null`. */
export type Check = (value: unknown) => string[] | null;

/** The checks that these tests ask for. */
export type Validators = Readonly<
	Record<
		| 'openaiChat'
		| 'openaiChatChunk'
		| 'openaiCompletion'
		| 'openaiEmbeddings'
		| 'openaiError'
		| 'reqOpenaiChat'
		| 'reqResponses'
		| 'reqAnthropic'
		| 'responses'
		| 'responsesEvent'
		| 'anthropicMessage'
		| 'anthropicEvent'
		| 'anthropicComplete'
		| 'anthropicCountTokens'
		| 'anthropicError',
		Check
	>
>;

/** The vendors' own API descriptions as checks; `undefined` where they are not at hand. */
export async function loadValidators(): Promise<Validators | undefined> {
	const folder = path.resolve('../shared/spec');
	const file = path.join(folder, 'validator.mjs');
	if (!existsSync(file)) return undefined;
	process.env['AJV_FROM'] = path.resolve('.');
	const {makeValidators} = (await import(pathToFileURL(file).href)) as {makeValidators: (folder: string) => Validators};
	return makeValidators(folder);
}
