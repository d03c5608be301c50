/** Tools that an item of the input brings, as Codex sends them for the models that it knows. */

import test from 'ava';
import type {JsonObject} from '../../../../core/index.js';
import {codec, contextOf, encodeAll, jsons, validators} from './support.js';

const parameters = {type: 'object', properties: {ms: {type: 'integer'}}, required: ['ms'], additionalProperties: false};
const sleep = {type: 'function', name: 'sleep', description: 'Wait.', strict: false, parameters};
const exec = {type: 'custom', name: 'exec', description: 'Run JavaScript.', format: {type: 'text'}};
const plan = {type: 'function', name: 'plan', strict: true, parameters};
const brought = [
	{type: 'namespace', name: 'functions', description: '', tools: [exec, sleep]},
	{type: 'namespace', name: 'clock', description: 'Time.', tools: [sleep]},
	{type: 'web_search'},
];
// As parsed: no two tools are the same object.
const request = JSON.parse(
	JSON.stringify({
		model: 'm',
		tools: [plan],
		input: [
			{type: 'additional_tools', id: 'at_1', role: 'developer', tools: brought},
			{type: 'message', role: 'developer', content: 'Be brief.'},
			{type: 'message', role: 'user', content: 'Go.'},
			{type: 'custom_tool_call', call_id: 'call_1', name: 'exec', namespace: 'functions', input: 'text(1)'},
			{type: 'custom_tool_call_output', call_id: 'call_1', output: '1'},
		],
	}),
) as JsonObject;

test('they are tools of the request, beside those in its own list', t => {
	const {tools, turns, system, extras} = codec.decodeRequest(request);
	t.deepEqual(
		tools.map(({name}) => name),
		['plan', 'functions__exec', 'functions__sleep', 'clock__sleep', 'web_search'],
	);
	t.deepEqual(
		system.map(({text}) => text),
		['Be brief.'],
	);
	t.deepEqual(
		turns.map(({role}) => role),
		['user', 'assistant', 'user'],
	);
	t.like(turns[1]?.parts[0], {type: 'tool-call', name: 'functions__exec'});
	t.deepEqual(extras, []);
});

test('a request that is written anew offers each of them once', t => {
	const {body} = codec.encodeRequest(Object.assign({}, codec.decodeRequest(request)), {});
	t.deepEqual(body['tools'], [plan, ...brought]);
	t.is(JSON.stringify(body).split('"exec"').length, 3);
	t.deepEqual(validators?.reqResponses(body) ?? null, null);
});

test('calls of them come back in their namespace and in their own kind', t => {
	const events = encodeAll(
		[
			{type: 'start', id: 'x', model: 'm'},
			{
				type: 'part-start',
				index: 0,
				part: {type: 'tool-call', id: 'a', name: 'functions__exec', arguments: ''},
			},
			{type: 'part-delta', index: 0, delta: {type: 'arguments', text: '{"input":"text(2)"}'}},
			{type: 'part-end', index: 0},
			{
				type: 'part-start',
				index: 1,
				part: {type: 'tool-call', id: 'b', name: 'clock__sleep', arguments: ''},
			},
			{type: 'part-delta', index: 1, delta: {type: 'arguments', text: '{"ms":5}'}},
			{type: 'part-end', index: 1},
			{type: 'finish', finish: {reason: 'tool-calls'}},
			{type: 'end'},
		],
		codec.encodeStream(contextOf(request)),
	);
	const done = jsons(events).filter(({type}) => type === 'response.output_item.done');
	t.like(done[0]?.['item'], {type: 'custom_tool_call', name: 'exec', namespace: 'functions', input: 'text(2)'});
	t.like(done[1]?.['item'], {type: 'function_call', name: 'sleep', namespace: 'clock', arguments: '{"ms":5}'});
});
