/** Random conversations, answers and streams in the hub's terms, for the property tests of every codec. */

import fc from 'fast-check';
import type {
	Candidate,
	Completion,
	CompletionEvent,
	Conversation,
	Delta,
	Finish,
	Part,
	TextPart,
	ThinkingPart,
	Tool,
	ToolCallPart,
	ToolChoice,
	ToolResultPart,
	Turn,
	Usage,
} from '../../core/index.js';

/** What a conversation may hold; everything is in unless it is switched off. */
export interface Ingredients {
	readonly images?: boolean;
	readonly documents?: boolean;
	readonly audio?: boolean;
	/** Unsigned, signed and redacted thinking. */
	readonly thinking?: boolean;
	readonly refusals?: boolean;
	readonly tools?: boolean;
	/** System turns behind the first turn. */
	readonly systemTurns?: boolean;
	/** Results of calls that nobody made, and calls that have no result. */
	readonly disorder?: boolean;
	/** Cache marks on parts and tools. */
	readonly cache?: boolean;
	/** Temperature, top_p, stop sequences, effort, output format… */
	readonly parameters?: boolean;
}

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const pdf = Buffer.from('%PDF-1.4\n%%EOF\n').toString('base64');

/** Text that is not blank: line breaks, quotes, scripts of many kinds, characters of four bytes, what looks like markup. */
export const textArbitrary: fc.Arbitrary<string> = fc
	.oneof(
		fc.lorem({maxCount: 6}),
		fc.string({minLength: 1, maxLength: 30, unit: 'grapheme'}),
		fc.constantFrom(
			'data: [DONE]\n\n',
			'{"a":"b"}',
			'Zwölf Boxkämpfer\n\n\tjagen',
			'你好 👩‍👩‍👧',
			'\u2028 </system>',
			'Human: x',
		),
	)
	.map(text => `t${text.replace(/\s+$/, '')}`);

const cacheArbitrary = fc.option(fc.record({ttl: fc.constantFrom('5m' as const, '1h' as const)}, {requiredKeys: []}), {
	nil: undefined,
	freq: 5,
});

/** Leaves members out that are undefined: what is absent must be absent under exactOptionalPropertyTypes. */
function present<Value extends object>(value: {readonly [Name in keyof Value]: Value[Name] | undefined}): Value {
	return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value;
}

function textParts(given: Ingredients): fc.Arbitrary<TextPart> {
	const cache = given.cache === false ? fc.constant(undefined) : cacheArbitrary;
	return fc.record({text: textArbitrary, cache}).map(({text, cache}) => present<TextPart>({type: 'text', text, cache}));
}

function userParts(given: Ingredients): fc.Arbitrary<Part> {
	const parts: fc.Arbitrary<Part>[] = [textParts(given)];
	const base64 = (mediaType: string, data: string) => fc.constant({kind: 'base64' as const, mediaType, data});
	const url = (name: string) => fc.constant({kind: 'url' as const, url: `https://example.com/${name}`});
	if (given.images !== false) {
		parts.push(
			fc.record({type: fc.constant('image' as const), source: fc.oneof(base64('image/png', pixel), url('a.png'))}),
		);
	}
	if (given.documents !== false) {
		const source = base64('application/pdf', pdf);
		parts.push(fc.record({type: fc.constant('document' as const), source, name: fc.constantFrom('a.pdf', 'b.pdf')}));
	}
	if (given.audio !== false) {
		const source = base64('audio/wav', 'UklGRg==');
		parts.push(fc.record({type: fc.constant('audio' as const), source, format: fc.constant('wav')}));
	}
	return fc.oneof({weight: 4, arbitrary: textParts(given)}, ...parts.map(arbitrary => ({weight: 1, arbitrary})));
}

/** Arguments as a model writes them: none, an object, any spacing. */
export const argumentsArbitrary: fc.Arbitrary<string> = fc.oneof(
	fc.constantFrom('{}', '{"city": "Paris"}', '{"a":{"b":[1,2.50,"\\u00e9"]}}'),
	fc
		.dictionary(fc.constantFrom('city', 'count', 'ünï'), fc.jsonValue({maxDepth: 2}))
		.map(value => JSON.stringify(value)),
);

const toolNames = ['get_weather', 'search-web', 'Bash', 'f'] as const;
const nameArbitrary = fc.constantFrom(...toolNames);

function thinkingParts(): fc.Arbitrary<Part> {
	return fc.oneof(
		textArbitrary.map(text => ({type: 'thinking' as const, text})),
		fc
			.record({
				text: textArbitrary,
				signature: fc.constantFrom('c2lnbmF0dXJl', 'RXE='),
				signedBy: fc.constant('anthropic'),
			})
			.map(part => Object.assign({type: 'thinking' as const}, part)),
		fc.constant({type: 'redacted-thinking' as const, data: 'cmVkYWN0ZWQ=', signedBy: 'anthropic'}),
	);
}

function resultParts(given: Ingredients): fc.Arbitrary<ToolResultPart['content']> {
	const image = fc.constant({
		type: 'image' as const,
		source: {kind: 'base64' as const, mediaType: 'image/png', data: pixel},
	});
	const part = given.images === false ? textParts({cache: false}) : fc.oneof(textParts({cache: false}), image);
	return fc.oneof(
		fc.constant([]),
		textParts({cache: false}).map(text => [text]),
		fc.array(part, {maxLength: 3}),
	);
}

interface Round {
	readonly user: readonly Part[];
	readonly thinking: readonly Part[];
	readonly text: readonly Part[];
	readonly calls: readonly {readonly name: string; readonly arguments: string}[];
	readonly results: readonly {readonly content: ToolResultPart['content']; readonly isError: boolean}[];
	readonly order: number;
	readonly missing: boolean;
	readonly system: string | undefined;
	/** Results and the user's next words share a turn. */
	readonly together: boolean;
}

function rounds(given: Ingredients): fc.Arbitrary<Round> {
	const none = fc.constant([]);
	const call = fc.record({name: nameArbitrary, arguments: argumentsArbitrary});
	const result = fc.record({content: resultParts(given), isError: fc.boolean()});
	const disorder = given.disorder !== false;
	return fc.record({
		user: fc.array(userParts(given), {minLength: 1, maxLength: 3}),
		thinking: given.thinking === false ? none : fc.oneof(none, fc.array(thinkingParts(), {maxLength: 2})),
		text: fc.oneof(
			none,
			textParts({cache: false}).map(part => [part]),
		),
		calls: given.tools === false ? none : fc.oneof(none, fc.array(call, {minLength: 1, maxLength: 3})),
		results: fc.array(result, {minLength: 3, maxLength: 3}),
		order: disorder ? fc.nat(2) : fc.constant(0),
		missing: disorder ? fc.integer({min: 0, max: 9}).map(number => number === 0) : fc.constant(false),
		system: given.systemTurns === false ? fc.constant(undefined) : fc.option(textArbitrary, {nil: undefined, freq: 6}),
		together: fc.boolean(),
	});
}

function turnsOf(all: readonly Round[], refusal: string | undefined): readonly Turn[] {
	const turns: Turn[] = [];
	let carried: readonly Part[] = [];
	all.forEach((round, at) => {
		if (carried.length > 0 && !round.together) {
			turns.push({role: 'user', parts: carried});
			carried = [];
		}
		turns.push({role: 'user', parts: round.order === 1 ? [...round.user, ...carried] : [...carried, ...round.user]});
		carried = [];
		if (round.system !== undefined) turns.push({role: 'system', parts: [{type: 'text', text: round.system}]});
		const calls = round.calls.map(
			(call, index): ToolCallPart => ({
				type: 'tool-call',
				id: `call_${at}_${index}`,
				name: call.name,
				arguments: call.arguments,
			}),
		);
		const said = [...round.thinking, ...round.text, ...calls];
		if (round.text.length > 0 || calls.length > 0) turns.push({role: 'assistant', parts: said});
		const results = calls.flatMap(({id}, index): ToolResultPart[] => {
			const result = round.results[index];
			if (result === undefined || (round.missing && index === 0)) return [];
			return [
				present<ToolResultPart>({
					type: 'tool-result',
					callId: id,
					content: result.content,
					isError: result.isError || undefined,
				}),
			];
		});
		carried = round.order === 2 ? results.reverse() : results;
	});
	if (carried.length > 0) turns.push({role: 'user', parts: carried});
	if (refusal !== undefined) {
		turns.push({role: 'assistant', parts: [{type: 'refusal', text: refusal}]});
		turns.push({role: 'user', parts: [{type: 'text', text: 'Why not?'}]});
	}
	if (turns.at(-1)?.role !== 'user') turns.push({role: 'user', parts: [{type: 'text', text: 'Go on.'}]});
	return turns;
}

const toolsArbitrary: fc.Arbitrary<readonly Tool[]> = fc
	.uniqueArray(nameArbitrary, {minLength: 1, maxLength: 4})
	.chain(names =>
		fc.tuple(
			...names.map(name =>
				fc
					.record({
						description: fc.option(textArbitrary, {nil: undefined}),
						parameters: fc.constantFrom(
							{type: 'object', properties: {city: {type: 'string'}}, required: ['city'], additionalProperties: false},
							{type: 'object', properties: {}},
						),
						strict: fc.constantFrom(undefined, true, false),
					})
					.map(parts => present<Tool>({type: 'function', name, ...parts})),
			),
		),
	);

function choices(tools: readonly Tool[]): fc.Arbitrary<ToolChoice | undefined> {
	const name = tools[0]?.name ?? '';
	return fc.constantFrom<ToolChoice | undefined>(
		undefined,
		{type: 'auto'},
		{type: 'required'},
		{type: 'none'},
		{type: 'tool', name},
		{type: 'allowed', mode: 'auto', names: [name]},
	);
}

const parametersArbitrary: fc.Arbitrary<Partial<Conversation>> = fc
	.record({
		maxTokens: fc.option(fc.integer({min: 16, max: 4096}), {nil: undefined}),
		temperature: fc.constantFrom(undefined, 0, 0.5, 1),
		topP: fc.constantFrom(undefined, 0.25, 1),
		stop: fc.constantFrom(undefined, ['END'], ['a', 'b', 'c', 'd']),
		verbosity: fc.constantFrom(undefined, 'low' as const, 'high' as const),
		reasoning: fc.constantFrom(undefined, {effort: 'low' as const}, {effort: 'high' as const}, {mode: 'off' as const}),
		output: fc.constantFrom(
			undefined,
			{type: 'text' as const},
			{type: 'json' as const},
			{type: 'schema' as const, name: 'answer', schema: {type: 'object', properties: {}}, strict: true},
		),
		user: fc.constantFrom(undefined, 'user-1'),
		cacheKey: fc.constantFrom(undefined, 'key-1'),
	})
	.map(parameters => present<Partial<Conversation>>(parameters));

/**
 * Whole requests. Calls have ids `call_<round>_<n>`; results follow their calls, before, behind or in front of the user's next
 * words, unless `disorder` shuffles or loses them.
 */
export function conversations(given: Ingredients = {}): fc.Arbitrary<Conversation> {
	const system = fc.oneof(fc.constant([]), fc.array(textParts(given), {maxLength: 3}));
	const tools = given.tools === false ? fc.constant([]) : fc.oneof(fc.constant([]), toolsArbitrary);
	const refusal =
		given.refusals === false ? fc.constant(undefined) : fc.option(textArbitrary, {nil: undefined, freq: 6});
	return tools.chain(tools =>
		fc
			.record({
				system,
				rounds: fc.array(rounds(given), {minLength: 1, maxLength: 4}),
				refusal,
				toolChoice: tools.length === 0 ? fc.constant(undefined) : choices(tools),
				parallelTools: tools.length === 0 ? fc.constant(undefined) : fc.constantFrom(undefined, true, false),
				stream: fc.boolean(),
				parameters: given.parameters === false ? fc.constant({}) : parametersArbitrary,
			})
			.map(({system, rounds, refusal, toolChoice, parallelTools, stream, parameters}) =>
				present<Conversation>({
					model: 'some-model',
					system,
					turns: turnsOf(rounds, refusal),
					tools,
					toolChoice,
					parallelTools,
					...parameters,
					stream,
					streamUsage: stream,
					extras: [],
				}),
			),
	);
}

const usageArbitrary: fc.Arbitrary<Usage> = fc
	.record({
		uncached: fc.nat(5000),
		cacheRead: fc.nat(5000),
		cacheWrite5m: fc.nat(500),
		text: fc.nat(500),
		reasoning: fc.nat(500),
	})
	.map(({uncached, cacheRead, cacheWrite5m, text, reasoning}) => ({
		input: {total: uncached + cacheRead + cacheWrite5m, uncached, cacheRead, cacheWrite5m},
		output: {total: text + reasoning, text, reasoning},
		source: 'reported' as const,
		raw: undefined,
	}));

function finishOf(parts: readonly Part[], length: boolean): Finish {
	if (parts.some(part => part.type === 'refusal')) return {reason: 'refusal'};
	if (parts.some(part => part.type === 'tool-call')) return {reason: 'tool-calls'};
	return {reason: length ? 'length' : 'stop'};
}

/** Answers with one candidate: thinking, text or a refusal, parallel calls, in any order that models have. */
export function completions(given: Ingredients = {}): fc.Arbitrary<Completion> {
	const text: fc.Arbitrary<Part> = textParts({cache: false});
	const call = fc.record({name: nameArbitrary, arguments: fc.oneof(fc.constant(''), argumentsArbitrary)});
	return fc
		.record({
			thinking: given.thinking === false ? fc.constant([]) : fc.array(thinkingParts(), {maxLength: 2}),
			text: fc.array(text, {maxLength: 2}),
			calls: fc.array(call, {maxLength: given.tools === false ? 0 : 3}),
			behind: fc.boolean(),
			refusal: given.refusals === false ? fc.constant(undefined) : fc.option(textArbitrary, {nil: undefined, freq: 8}),
			length: fc.boolean(),
			usage: usageArbitrary,
			number: fc.nat(99999),
		})
		.map(({thinking, text, calls, behind, refusal, length, usage, number}): Completion => {
			const called = calls.map(
				(call, at): Part => ({
					type: 'tool-call',
					id: `call_${number}_${at}`,
					name: call.name,
					arguments: call.arguments,
				}),
			);
			const said = behind ? [...called, ...text] : [...text, ...called];
			const parts: Part[] = refusal === undefined ? [...thinking, ...said] : [{type: 'refusal', text: refusal}];
			const candidate: Candidate = {parts, finish: finishOf(parts, length)};
			return {
				id: `answer-${number}`,
				model: 'some-model',
				created: 1_700_000_000 + number,
				candidates: [candidate],
				usage,
				extras: [],
			};
		});
}

/** The steps of one part; `cuts` says where its text is cut. */
function stepsOf(part: Part, index: number, cuts: readonly number[]): readonly CompletionEvent[] {
	const deltas = (type: Exclude<Delta['type'], 'citation' | 'native'>, text: string): CompletionEvent[] =>
		pieces(text, cuts).map(piece => ({type: 'part-delta', index, delta: {type, text: piece}}));
	const end: CompletionEvent = {type: 'part-end', index};
	switch (part.type) {
		case 'text':
		case 'refusal':
			return [{type: 'part-start', index, part: {type: part.type, text: ''}}, ...deltas(part.type, part.text), end];
		case 'thinking': {
			const {signature, ...bare} = part;
			const signed: CompletionEvent[] =
				signature === undefined ? [] : [{type: 'part-delta', index, delta: {type: 'signature', text: signature}}];
			return [{type: 'part-start', index, part: {...bare, text: ''}}, ...deltas('thinking', part.text), ...signed, end];
		}
		case 'tool-call':
			return [{type: 'part-start', index, part: {...part, arguments: ''}}, ...deltas('arguments', part.arguments), end];
		default:
			return [{type: 'part-start', index, part}, end];
	}
}

function pieces(text: string, cuts: readonly number[]): readonly string[] {
	if (text === '') return [];
	const characters = [...text];
	const at = [...new Set(cuts.map(cut => cut % characters.length))].sort((a, b) => a - b);
	const bounds = [0, ...at.filter(cut => cut > 0), characters.length];
	return bounds.slice(1).map((bound, index) => characters.slice(bounds[index], bound).join(''));
}

/**
 * The stream of an answer's first candidate. Calls that stand side by side are interleaved when `interleave` says so: a number
 * for each step that chooses among the open calls.
 */
export function eventsOf(
	completion: Completion,
	cuts: readonly number[] = [],
	interleave: readonly number[] = [],
): readonly CompletionEvent[] {
	const [candidate] = completion.candidates;
	if (candidate === undefined) throw new Error('a completion without candidates has no stream');
	const events: CompletionEvent[] = [
		present<Extract<CompletionEvent, {type: 'start'}>>({
			type: 'start',
			id: completion.id,
			model: completion.model,
			created: completion.created,
		}),
	];
	const steps = candidate.parts.map((part, index) => ({part, steps: [...stepsOf(part, index, cuts)]}));
	for (let at = 0; at < steps.length; ) {
		let end = at + 1;
		if (interleave.length > 0)
			while (steps[at]?.part.type === 'tool-call' && steps[end]?.part.type === 'tool-call') end++;
		weave(
			steps.slice(at, end).map(entry => entry.steps),
			interleave,
			events,
		);
		at = end;
	}
	events.push({type: 'finish', finish: candidate.finish});
	if (completion.usage !== undefined) events.push({type: 'usage', usage: completion.usage});
	events.push({type: 'end'});
	return events;
}

/** Mixes the steps of several parts, each in its own order; parts begin in the order of their index. */
function weave(queues: readonly CompletionEvent[][], choose: readonly number[], events: CompletionEvent[]): void {
	let begun = 0;
	for (let step = 0; queues.some(queue => queue.length > 0); step++) {
		const open = queues.filter((queue, at) => at <= begun && queue.length > 0);
		const queue = open[(choose[step % (choose.length || 1)] ?? 0) % open.length];
		const event = queue?.shift();
		if (event === undefined) continue;
		if (event.type === 'part-start') begun++;
		events.push(event);
	}
}

/** Legal hub streams with the answer that they must add up to; calls interleaved, pings and early usage strewn in. */
export function eventStreams(given: Ingredients = {}): fc.Arbitrary<{
	readonly completion: Completion;
	readonly events: readonly CompletionEvent[];
}> {
	return fc
		.record({
			completion: completions(given),
			cuts: fc.array(fc.nat(50), {maxLength: 4}),
			interleave: fc.oneof(fc.constant([]), fc.array(fc.nat(5), {minLength: 1, maxLength: 12})),
			pings: fc.array(fc.nat(40), {maxLength: 2}),
		})
		.map(({completion, cuts, interleave, pings}) => {
			const events = [...eventsOf(completion, cuts, interleave)];
			for (const ping of pings) events.splice(1 + (ping % (events.length - 1)), 0, {type: 'ping'});
			return {completion, events};
		});
}

/**
 * Adds a hub stream up to an answer, and checks on the way that it is legal.
 * @throws {Error} naming the event that breaks the order.
 */
export function assemble(events: readonly CompletionEvent[]): Completion {
	let start: Extract<CompletionEvent, {type: 'start'}> | undefined;
	let finish: Finish | undefined;
	let usage: Usage | undefined;
	let over = false;
	const parts: Part[] = [];
	const open = new Set<number>();
	const check = (holds: boolean, event: CompletionEvent, what: string) => {
		if (!holds) throw new Error(`${what}: ${JSON.stringify(event)} in ${JSON.stringify(events)}`);
	};
	for (const event of events) {
		check(!over, event, 'an event behind the last one');
		if (event.type === 'ping') continue;
		check(
			(start === undefined) === (event.type === 'start') || event.type === 'error',
			event,
			'start is not first, or not once',
		);
		switch (event.type) {
			case 'start':
				start = event;
				usage = event.usage;
				break;
			case 'part-start':
				check(event.index === parts.length && finish === undefined, event, 'a part out of order');
				parts.push(event.part);
				open.add(event.index);
				break;
			case 'part-delta': {
				check(open.has(event.index), event, 'a delta of a part that is not open');
				const part = parts[event.index];
				if (part !== undefined) parts[event.index] = grown(part, event.delta);
				break;
			}
			case 'part-end':
				check(open.delete(event.index), event, 'the end of a part that is not open');
				break;
			case 'finish':
				check(finish === undefined && open.size === 0, event, 'finish twice, or before all parts have ended');
				finish = event.finish;
				break;
			case 'usage':
				usage = event.usage;
				break;
			case 'error':
			case 'end':
				check(event.type === 'error' || finish !== undefined, event, 'an end without a finish');
				over = true;
		}
	}
	if (start === undefined || finish === undefined) throw new Error(`the stream is cut off: ${JSON.stringify(events)}`);
	const {id, model, created, extras = []} = start;
	return present<Completion>({id, model, created, candidates: [{parts, finish}], usage, extras});
}

function grown(part: Part, delta: Delta): Part {
	if (delta.type === 'citation') {
		return part.type === 'text' ? {...part, citations: [...(part.citations ?? []), delta.citation]} : part;
	}
	if (delta.type === 'native') return part;
	if (part.type === 'tool-call' && delta.type === 'arguments') return {...part, arguments: part.arguments + delta.text};
	if (part.type === 'thinking' && delta.type === 'signature') {
		const signedBy = delta.signedBy ?? part.signedBy;
		return present<ThinkingPart>({...part, signature: delta.text, signedBy});
	}
	if (part.type === delta.type) return {...part, text: part.text + delta.text};
	throw new Error(`a delta of another kind: ${JSON.stringify({part, delta})}`);
}
