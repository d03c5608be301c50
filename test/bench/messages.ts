/** Events of one fast stream: the chunks and the closing `[DONE]`. */
export const streamChunks = 200;
export const streamEvents = streamChunks + 1;
export const benchKey = 'bench-key';
/** Sent in `user`, a field every proxy passes on: asks the upstream for an endless stream with a pause after each chunk. */
export const pausePrefix = 'bench-pause-';

const system =
	'You are the assistant of a small public library. Answer in plain words, in the language of the question, and in no ' +
	'more than three sentences. When you are not sure, say so and name the shelf where the reader may look further.';
const question =
	'I am looking for a book about the history of the printing press that a twelve year old would enjoy, with pictures of ' +
	'the machines, and if there is one, a second book about how paper was made by hand in the same time.';

/** `translated`: a stream asked for by an Anthropic client. */
export type Kind = 'plain' | 'stream' | 'translated';

/** One chat call of 0.6 kB. */
export function chatCall(kind: Kind, pauseMilliseconds?: number): string {
	return JSON.stringify({
		model: 'gpt-4o-mini',
		messages: [
			{role: 'system', content: system},
			{role: 'user', content: question},
		],
		temperature: 0.2,
		...(kind === 'plain' ? {} : {stream: true}),
		...(pauseMilliseconds === undefined ? {} : {user: pausePrefix + pauseMilliseconds}),
	});
}

/** The streamed chat call as an Anthropic client says it. */
function messagesCall(): string {
	return JSON.stringify({
		model: 'openai.gpt-4o-mini',
		max_tokens: 1024,
		system,
		messages: [{role: 'user', content: question}],
		temperature: 0.2,
		stream: true,
	});
}

/** The same call as it goes over the wire. */
export function chatCallBytes(kind: Kind, pauseMilliseconds?: number): Buffer {
	const body = kind === 'translated' ? messagesCall() : chatCall(kind, pauseMilliseconds);
	const head = [
		`POST /v1/${kind === 'translated' ? 'messages' : 'chat/completions'} HTTP/1.1`,
		'host: 127.0.0.1',
		`authorization: Bearer ${benchKey}`,
		'content-type: application/json',
		`content-length: ${Buffer.byteLength(body)}`,
	];
	return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** The upstream's answer to a plain call, 0.6 kB. */
export const completion = JSON.stringify({
	id: 'chatcmpl-bench',
	object: 'chat.completion',
	created: 1_700_000_000,
	model: 'gpt-4o-mini',
	choices: [
		{
			index: 0,
			message: {
				role: 'assistant',
				content:
					'For a twelve year old, look for an illustrated history of printing on shelf 655, where the presses are drawn part ' +
					'by part. A second book on shelf 676 shows how sheets of paper were made by hand from rags, pulp and a wire mould.',
			},
			finish_reason: 'stop',
		},
	],
	usage: {prompt_tokens: 97, completion_tokens: 58, total_tokens: 155},
	system_fingerprint: 'fp_bench',
});

/** One event of a streamed answer, as OpenAI writes it. */
export function chunkEvent(index: number): string {
	const last = index === streamChunks - 1;
	const chunk = {
		id: 'chatcmpl-bench',
		object: 'chat.completion.chunk',
		created: 1_700_000_000,
		model: 'gpt-4o-mini',
		choices: [{index: 0, delta: last ? {} : {content: ' paper'}, finish_reason: last ? 'stop' : null}],
		...(last ? {usage: {prompt_tokens: 97, completion_tokens: streamChunks, total_tokens: 97 + streamChunks}} : {}),
	};
	return `data: ${JSON.stringify(chunk)}\n\n`;
}
