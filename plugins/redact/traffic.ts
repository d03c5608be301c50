/** Keeps values from the provider: placeholders go upstream instead, and the values are put back into the answer. */

import {
	type ClientRequest,
	type Exchange,
	type Gateway,
	GatewayError,
	isObject,
	key,
	type Reply,
	type RoutedExchange,
	Stage,
	type StreamEvent,
	streamEvent,
	streamThroughHub,
} from '../../core/index.js';
import {changeObject} from './json-text.js';
import {StreamRestorer} from './restore-stream.js';
import type {Scanner} from './scanner.js';
import {Vault} from './vault.js';

const vaultKey = key<Vault>('redact.vault');
const late = {name: 'redact', stage: Stage.late};

/** What a call's request had replaced, if anything. */
export function vaultOf(exchange: Exchange): Vault | undefined {
	return exchange.get(vaultKey);
}

/** Late: what other plugins put into a request does not get past it, and they see placeholders in the answer. */
export function redactTraffic({hooks, providers}: Gateway, scanner: Scanner): void {
	hooks.rewrite.tap(late, (request, exchange) => {
		refuseUnread(request);
		refuseUrl(request, scanner);
		const vault = new Vault();
		const changed = redacted(request, scanner, vault);
		if (changed === request) return undefined;
		exchange.set(vaultKey, vault);
		// A stream's answer is read in the hub's words: what cannot be read is refused before anybody is asked.
		if (changed.stream && exchange.endpoint.kind === 'model') changed.conversation();
		return changed;
	});

	hooks.reply.tap(late, (reply, exchange) => {
		const vault = vaultOf(exchange);
		return vault === undefined ? undefined : restoredReply(reply, vault, answersJson(exchange));
	});

	hooks.stream.tap(late, (events, exchange) => {
		const vault = vaultOf(exchange);
		if (vault === undefined) return undefined;
		const native = exchange.targets.every(
			({provider}) => providers.get(provider)?.dialects.includes(exchange.dialect.name) === true,
		);
		const restorer = new StreamRestorer(vault, {json: answersJson(exchange), thinking: native});
		const restored = streamThroughHub(
			exchange,
			events,
			event => restorer.change(event),
			() => restorer.rest(),
		);
		return withRequestRestored(restored, vault);
	});
}

/** @throws {GatewayError} `redact_unread_body` when a body goes through that nobody reads. */
function refuseUnread({upload, path}: ClientRequest): void {
	if (upload === undefined) return;
	throw new GatewayError(
		'redact_unread_body',
		400,
		`The body of ${path.slice(0, 200)} would be passed through unread, and this gateway keeps personal data and secrets from providers. Send JSON of at most 1 MB, or call another gateway.`,
	);
}

/** @throws {GatewayError} `redact_url` when the URL holds a value: it would go upstream as it is. */
function refuseUrl({path, query}: ClientRequest, scanner: Scanner): void {
	let kind: string | undefined;
	const note = (found: string): string => {
		kind = found;
		return '';
	};
	scanner.replace(decoded(path), note);
	if (query !== '') scanner.replace(decoded(query), note);
	if (kind === undefined) return;
	throw new GatewayError(
		'redact_url',
		400,
		`The URL holds what must not be sent to a provider (${kind}). Leave it out.`,
	);
}

function decoded(text: string): string {
	return text.replace(/(?:%[0-9a-f]{2})+/gi, escaped => {
		try {
			return decodeURIComponent(escaped);
		} catch {
			return escaped;
		}
	});
}

/** Members with which a model thought before. */
const thinking = new Set(['reasoning', 'reasoning_content', 'reasoning_details', 'thinking']);

/** A member of such a name tells what its text is: `{"phone": "4155552671"}`. */
const telling = /phone|tel|mobil|cell|fax|whatsapp|handy|secret/i;

function redacted(request: ClientRequest, scanner: Scanner, vault: Vault): ClientRequest {
	const {json} = request;
	if (json === undefined) return request;
	const note = (text: string): string => {
		vault.reserve(text);
		return text;
	};
	changeObject(json, {text: note, without: thinking});
	const evident = (value: string): boolean => scanner.replace(value, () => '') === '';
	const placeholder = (kind: string, value: string): string => vault.placeholderFor(kind, value, evident);
	const replaced = (text: string, name: string): string => {
		if (!telling.test(name)) return scanner.replace(text, placeholder);
		const named = scanner.replace(`${name}: ${text}`, placeholder);
		return named.startsWith(`${name}: `) ? named.slice(name.length + 2) : scanner.replace(text, placeholder);
	};
	const {model} = json;
	const changed = changeObject(json, {
		text: (text, name) => (name === 'model' && text === model ? text : replaced(text, name)),
		number(value, name) {
			if (!Number.isSafeInteger(value) || value < 1e6) return value;
			const text = replaced(String(value), name);
			return text === String(value) ? value : text;
		},
	});
	return changed === json ? request : request.withBody(changed);
}

/** A program reads the answer, so that what is put into it must be escaped. Each format asks for that in a member of its own. */
function answersJson({request}: RoutedExchange): boolean {
	const {response_format: chat, text, output_config: message, output_format: beta} = request.json ?? {};
	const format = isObject(text) ? text['format'] : chat;
	if (isObject(format)) return format['type'] !== 'text';
	return isObject(beta) || (isObject(message) && isObject(message['format']));
}

const texts = new Set(['content', 'text', 'delta', 'completion']);

function restoredReply(reply: Reply, vault: Vault, json: boolean): Reply | undefined {
	const {status, headers, body} = reply;
	if (body === undefined) return undefined;
	const changed = changeObject(body, {
		text: (text, name) => vault.restore(text, name === 'arguments' || (json && texts.has(name))),
	});
	return changed === body ? undefined : {status, headers, body: changed};
}

/** Responses repeat what they were asked: instructions, tools, metadata. */
async function* withRequestRestored(events: AsyncIterable<StreamEvent>, vault: Vault): AsyncGenerator<StreamEvent> {
	for await (const event of events) {
		const {json} = event.data.startsWith('{"type":"response.') && event.data.includes('[') ? event : {};
		const response = isObject(json) ? json['response'] : undefined;
		if (!isObject(json) || !isObject(response)) {
			yield event;
			continue;
		}
		const changed = changeObject(response, {
			text: (text, name) => vault.restore(text, name === 'arguments'),
			without: output,
		});
		yield changed === response
			? event
			: streamEvent({event: event.event, json: Object.assign({}, json, {response: changed})});
	}
}

/** What the model said has its values back already. */
const output = new Set(['output']);
