/** The AI SDK on models of every other format: `node dist/test/e2e/clients/ai-sdk.js`. */

import {type Asked, type Format, formats, type Saying} from '../../helpers/scripted/index.js';
import {type ClientRig, clientRig, gatewayKey, installed, load, Report} from './support.js';

const versions = {ai: '6.0.326', '@ai-sdk/openai': '3.0.141', '@ai-sdk/anthropic': '3.0.138'} as const;

/** What these packages say of a finished call; they are installed on demand, so the compiler has no types of theirs. */
interface Told {
	readonly text: string;
	readonly finishReason: string;
	readonly output?: unknown;
	readonly totalUsage: {readonly inputTokens?: number; readonly outputTokens?: number};
	readonly steps: readonly {
		readonly reasoningText?: string;
		readonly toolResults: readonly {readonly output: unknown}[];
	}[];
}

type Model = object;

interface Ai {
	generateText(call: object): Promise<Told>;
	streamText(call: object): {readonly [Name in keyof Told]: PromiseLike<Told[Name]>} & {
		readonly fullStream: AsyncIterable<{readonly type: string; readonly error?: unknown}>;
	};
	tool(definition: object): object;
	jsonSchema(schema: object): object;
	stepCountIs(count: number): object;
	readonly Output: {object(options: object): object};
}

interface OpenaiPackage {
	createOpenAI(settings: object): {chat(model: string): Model; responses(model: string): Model};
}

interface AnthropicPackage {
	createAnthropic(settings: object): (model: string) => Model;
}

Object.assign(globalThis, {AI_SDK_LOG_WARNINGS: false});
const report = new Report();
const folder = await installed(...Object.entries(versions).map(([name, version]) => `${name}@${version}`), 'zod@4.6.7');
const ai = (await load(folder, 'ai')) as Ai;
const {createOpenAI} = (await load(folder, '@ai-sdk/openai')) as OpenaiPackage;
const {createAnthropic} = (await load(folder, '@ai-sdk/anthropic')) as AnthropicPackage;

const parameters = {
	type: 'object',
	properties: {city: {type: 'string'}},
	required: ['city'],
	additionalProperties: false,
};
const tools = {
	weather: ai.tool({
		description: 'Tells the weather.',
		inputSchema: ai.jsonSchema(parameters),
		execute: ({city}: {city: string}) => (city === 'Rome' ? 'sunny' : 'snow'),
	}),
};
const ids = {
	'openai-chat': ['call_Rome', 'call_Oslo'],
	'openai-responses': ['call_Rome', 'call_Oslo'],
	'anthropic-messages': ['toolu_Rome', 'toolu_Oslo'],
} as const;
const thought = 'Two calls at once.';
const warm = {city: 'Rome', degrees: 31};

/**
 * Thinks, asks for both cities at once, then says what it was told. Asked for a structure it writes JSON, or hands it to the tool
 * that the Anthropic client makes of a structure for models that it does not know.
 */
function script({name}: Format) {
	return ({tools: offered, results}: Asked): Saying => {
		const structure = JSON.stringify(warm);
		if (offered.includes('json')) return {calls: [{id: ids[name][0], name: 'json', arguments: structure}]};
		if (offered.length === 0) return {text: structure};
		const told = ids[name].map(id => results.find(result => result.id === id)?.text);
		if (results.length > 0) return {text: `Rome is ${told[0]}, Oslo has ${told[1]}.`};
		const calls = ids[name].map(id => ({id, name: 'weather', arguments: JSON.stringify({city: id.slice(-4)})}));
		return {thinking: thought, text: 'Let me look.', calls};
	};
}

const clients = {
	'openai-chat': (url: string, model: string) => createOpenAI({baseURL: `${url}/v1`, apiKey: gatewayKey}).chat(model),
	'openai-responses': (url: string, model: string) =>
		createOpenAI({baseURL: `${url}/v1`, apiKey: gatewayKey}).responses(model),
	'anthropic-messages': (url: string, model: string) =>
		createAnthropic({baseURL: `${url}/v1`, apiKey: gatewayKey})(model),
} as const;
type Client = keyof typeof clients;

/** What has to be said to each client so that it shows what the model thinks. */
const options: Readonly<Record<Client, object>> = {
	'openai-chat': {},
	'openai-responses': {openai: {reasoningSummary: 'auto', store: false, include: ['reasoning.encrypted_content']}},
	'anthropic-messages': {anthropic: {thinking: {type: 'enabled', budgetTokens: 2000}}},
};

async function finished(streamed: boolean, call: object): Promise<Told> {
	if (!streamed) return await ai.generateText(call);
	const stream = ai.streamText(call);
	for await (const part of stream.fullStream) if (part.type === 'error') throw part.error;
	const {text, finishReason, totalUsage, steps} = stream;
	return {
		text: await text,
		finishReason: await finishReason,
		totalUsage: await totalUsage,
		steps: await steps,
	};
}

async function loop(rig: ClientRig, client: Client, model: Model, format: Format, streamed: boolean): Promise<void> {
	const told = await finished(streamed, {
		model,
		tools,
		prompt: 'What is the weather in Rome and in Oslo?',
		maxOutputTokens: 4000,
		maxRetries: 0,
		stopWhen: ai.stepCountIs(3),
		providerOptions: options[client],
	});
	const how = streamed ? 'streamText' : 'generateText';
	report.check(`${how}: it says what the tools said`, told.text === 'Rome is sunny, Oslo has snow.', told.text);
	report.check(`${how}: it ends with "stop"`, told.finishReason === 'stop', told.finishReason);
	const {inputTokens, outputTokens} = told.totalUsage;
	report.check(`${how}: usage adds up`, inputTokens === 200 && outputTokens === 40, told.totalUsage);
	if (client !== 'openai-chat')
		report.check(
			`${how}: it shows the thinking`,
			told.steps[0]?.reasoningText === thought,
			told.steps[0]?.reasoningText,
		);
	const second = rig.model.asked.at(-1);
	const wanted = ids[format.name].join();
	report.check(
		`${how}: the model gets its own ids back`,
		second?.calls.map(({id}) => id).join() === wanted,
		second?.body,
	);
	report.check(`${how}: each call has its result`, second?.results.map(({id}) => id).join() === wanted, second?.body);
}

async function structured(model: Model): Promise<void> {
	const schema = ai.jsonSchema({
		type: 'object',
		properties: {city: {type: 'string'}, degrees: {type: 'integer'}},
		required: ['city', 'degrees'],
		additionalProperties: false,
	});
	const output = ai.Output.object({schema});
	const told = await ai.generateText({model, prompt: 'How warm is Rome?', maxRetries: 0, output});
	report.check('structured output is parsed', JSON.stringify(told.output) === JSON.stringify(warm), told.output);
}

async function tryOut(client: Client, format: Format): Promise<void> {
	await report.begin(`AI SDK ${versions.ai}, ${client} client, ${format.name} model`);
	const rig = await clientRig(format, script(format));
	try {
		const name = format.name === 'anthropic-messages' ? 'model.claude-sonnet-4-5' : 'model.gpt-5';
		const model = clients[client](rig.gateway.url, name);
		await loop(rig, client, model, format, false);
		await loop(rig, client, model, format, true);
		await structured(model);
	} catch (error) {
		report.check('it throws nothing', false, `${String(error)}\n${JSON.stringify(error)}`);
	} finally {
		report.rig(rig);
		await rig.stop();
	}
}

for (const client of Object.keys(clients) as Client[])
	for (const format of Object.values(formats)) if (format.name !== client) await tryOut(client, format);
report.end();
