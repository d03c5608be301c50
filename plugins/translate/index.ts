/** Connects any two API formats: a client that speaks one reaches a model that speaks another, and cannot tell. */

import {
	type Attempt,
	type ClientRequest,
	type Codec,
	type Dialect,
	definePlugin,
	type Gateway,
	type Loss,
	type Provider,
	refusal,
	type Substitute,
	type Translation,
} from '../../core/index.js';
import {countTokens} from './count-tokens.js';
import {ModelTable} from './model-table.js';
import {CallNames} from './names.js';
import {type TranslateOptions, translateSchema} from './options.js';
import {WayBack} from './translation.js';

type Speaking = Dialect & {readonly codec: Codec};

export const translate = definePlugin<TranslateOptions>({
	name: 'translate',
	options: translateSchema,
	apply(gateway, options) {
		const table = new ModelTable(options.models ?? {});
		const targets = new Map<string, Speaking | undefined>();

		gateway.hooks.translate.tap(
			'translate',
			async (request, attempt): Promise<Translation | Substitute | undefined> => {
				const {endpoint, dialect} = attempt.exchange;
				if (endpoint.kind !== 'model' || dialect.codec === undefined) return undefined;
				if (endpoint.route.operation === 'count') return await counted(request, dialect, attempt);
				const {provider} = attempt;
				const key = `${dialect.name} ${provider.name}`;
				if (!targets.has(key)) targets.set(key, targetDialect(gateway, dialect, provider));
				const target = targets.get(key);
				return target === undefined
					? undefined
					: translated(request, dialect.codec, target, attempt, table, options.losses ?? 'report');
			},
		);
	},
});

/** Of the formats that a provider speaks, one of the client's family, else the first; a legacy form only when there is no other. */
function targetDialect(gateway: Gateway, client: Dialect, provider: Provider): Speaking | undefined {
	const spoken = provider.dialects
		.map(name => gateway.dialects.get(name))
		.filter((dialect): dialect is Speaking => dialect?.codec !== undefined);
	const modern = spoken.filter(({name}) => name !== 'openai-completions' && name !== 'anthropic-complete');
	const choice = modern.length > 0 ? modern : spoken;
	return choice.find(({family}) => family === client.family) ?? choice[0];
}

function translated(
	request: ClientRequest,
	client: Codec,
	target: Speaking,
	attempt: Attempt,
	table: ModelTable,
	mode: 'report' | 'refuse' | 'ignore',
): Translation {
	const {provider, model} = attempt.target;
	const conversation = request.conversation();
	if (conversation === undefined || request.json === undefined)
		throw refusal('invalid_body', 'The call carries no conversation.');
	const {readError} = attempt.provider;
	const names = new CallNames(conversation, client, target.codec);
	const asked = Object.assign({}, names.request(conversation), {model});
	const {body, losses} = target.codec.encodeRequest(asked, table.traits(provider, model));
	const back = new WayBack({
		conversation,
		request: request.json,
		requestBytes: request.body.length,
		client,
		target,
		model,
		names,
		readError,
	});
	const route = target.routes.find(({operation}) => operation === 'generate');
	return {
		dialect: target,
		path: route?.upstreamPath ?? route?.path ?? '/',
		body,
		losses: told(losses, client, mode),
		reply: native => back.reply(native),
		replyAsStream: native => back.replyAsStream(native),
		stream: () => back.stream(),
		error: native => back.error(native),
		get usage() {
			return back.usage;
		},
	};
}

/** Losses by the client's names. @throws {GatewayError} `lossy_translation` when there are some and they are to be refused. */
function told(losses: readonly Loss[], client: Codec, mode: 'report' | 'refuse' | 'ignore'): readonly Loss[] {
	if (losses.length === 0 || mode === 'ignore') return [];
	const named = losses.map(({path, reason}) => ({path: client.fields[path as keyof Codec['fields']] ?? path, reason}));
	if (mode === 'report') return named;
	const list = named.map(({path, reason}) => `${path} (${reason})`).join(', ');
	throw refusal('lossy_translation', `The model's format cannot express: ${list}.`, {param: named[0]?.path ?? ''});
}

/** Nobody upstream counts: the gateway does, and says so. */
async function counted(
	request: ClientRequest,
	dialect: Dialect,
	{provider, target}: Attempt,
): Promise<Substitute | undefined> {
	const conversation = request.conversation();
	if (conversation === undefined) return undefined;
	const input = await countTokens(conversation, provider.kind, target.model);
	const answer =
		dialect.family === 'anthropic' ? {input_tokens: input} : {object: 'response.input_tokens', input_tokens: input};
	return {answer, headers: {'x-tapgate-estimated': 'input_tokens'}, losses: []};
}
