/** A model that follows a script in any of the modern formats, and holds every request against the format's rules. */

import {type Answer, reply, type SeenRequest} from 'tapgate/testing';
import {loadValidators} from '../../plugins/providers/mock/validators.js';
import {chat} from './chat.js';
import {type Asked, type Format, object, type Saying} from './format.js';
import {messages, signature} from './messages.js';
import {encryptedReasoning, responses} from './responses.js';

export {type Asked, type Call, counts, type Format, object, objects, type Saying} from './format.js';

export {encryptedReasoning, signature};

/** The formats by the names of their dialects. */
export const formats = {
	'openai-chat': chat,
	'openai-responses': responses,
	'anthropic-messages': messages,
} as const satisfies Record<string, Format>;

/** Says what is said next. */
export type Script = (asked: Asked) => Saying;

/** A scripted model behind an upstream. */
export interface ScriptedModel {
	readonly answer: Answer;
	/** Requests that it answered. */
	readonly asked: readonly Asked[];
	/** What was wrong with requests; a right gateway leaves it empty. */
	readonly problems: readonly string[];
}

let loaded: ReturnType<typeof loadValidators> | undefined;

/** Reading the schemas takes a while: once. */
function validators(): ReturnType<typeof loadValidators> {
	loaded ??= loadValidators();
	return loaded;
}

/** Whether requests are held against the vendors' schemas as well. */
export async function strict(): Promise<boolean> {
	return (await validators()) !== undefined;
}

/** Makes a model that says what the script says. */
export async function scriptedModel(format: Format, script: Script): Promise<ScriptedModel> {
	const validate = (await validators())?.[format.validator];
	const seen: Asked[] = [];
	const problems: string[] = [];

	function take(request: SeenRequest): Asked | undefined {
		if (request.method !== 'POST' || request.url.split('?')[0] !== format.path) {
			problems.push(`${request.method} ${request.url}: asked where ${format.name} is not served`);
			return undefined;
		}
		const body = object(request.json());
		const asked = {...format.read(body), body, stream: body['stream'] === true};
		for (const problem of [...asked.disorder, ...(validate?.(body) ?? [])])
			problems.push(`${format.name}, request ${seen.length + 1}: ${problem}`);
		seen.push(asked);
		return asked;
	}

	return {
		asked: seen,
		problems,
		answer(request, response, incoming) {
			const asked = take(request);
			if (asked === undefined) return reply.json({error: {message: 'not here'}}, 404)(request, response, incoming);
			const saying = script(asked);
			const answer = asked.stream
				? reply.events(format.events(saying, asked.body), {chunkBytes: 400})
				: reply.json(format.reply(saying, asked.body));
			return answer(request, response, incoming);
		},
	};
}
