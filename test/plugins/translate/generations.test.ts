/** Rows of the model table fit the models that they are meant for, and not those that are called alike. */

import test from 'ava';
import {ModelTable} from '../../../plugins/translate/model-table.js';

const table = new ModelTable({});
const budget = [
	'claude-3-7-sonnet-20250219',
	'claude-sonnet-4-20250514',
	'claude-sonnet-4-5',
	'claude-opus-4-5-20251101',
	'claude-haiku-4-5-20251001',
];
const adaptive = ['claude-opus-4-6', 'claude-opus-4-8', 'claude-sonnet-5', 'claude-opus-5-5', 'claude-fable-5-1'];

for (const model of budget) {
	test(`${model} is asked to think by budget and may be prefilled`, t => {
		const {thinking, prefill = true} = table.traits('anthropic', model);
		t.deepEqual({thinking, prefill}, {thinking: 'budget', prefill: true});
	});
}

for (const model of adaptive) {
	test(`${model} is asked to think adaptively and may not be prefilled`, t => {
		t.like(table.traits('anthropic', model), {thinking: 'adaptive', prefill: false});
	});
}

for (const model of ['claude-3-5-sonnet-20241022', 'claude-3-5-haiku-latest', 'claude-3-opus-20240229']) {
	test(`${model} is not asked to think`, t => {
		const {thinking, prefill = true} = table.traits('anthropic', model);
		t.deepEqual({thinking, prefill}, {thinking: 'none', prefill: true});
	});
}
