/** Thresholds: told once per period and budget, to plugins and to a webhook, off the call's path. */

import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import test, {type ExecutionContext} from 'ava';
import {definePlugin} from 'tapgate';
import {memoryLog} from 'tapgate/testing';
import type {Budget} from '../../../plugins/cost/budgets.js';
import {type BudgetThreshold, budgetEvents} from '../../../plugins/cost/keys.js';
import {Thresholds} from '../../../plugins/cost/thresholds.js';
import {Webhook} from '../../../plugins/cost/webhook.js';
import {MemoryStore} from '../../../plugins/stores/memory.js';
import {startCounting} from './support.js';

const budget: Budget = {
	holding: {kind: 'sum', key: 'k', limit: 100, period: {kind: 'calendar', unit: 'day', zone: 'UTC'}},
	by: 'key',
	subject: 'ci',
	unit: 'day',
	soft: false,
};
const standing = (used: number) => ({limit: 100, remaining: 100 - used, resetMs: 60_000, short: false});

test('each part is told once, in order, however often it is looked at, and by one of the processes', async t => {
	const told: number[] = [];
	const store = new MemoryStore();
	const tell = ({percent}: BudgetThreshold): void => void told.push(percent);
	const [one, other] = [new Thresholds(store, tell), new Thresholds(store, tell)];
	for (const used of [10, 49, 50, 60, 79])
		for (const process of [one, other]) await process.look([budget], [standing(used)]);
	t.deepEqual(told, [50]);
	for (const process of [other, one]) await process.look([budget], [standing(130)]);
	t.deepEqual(told, [50, 80, 100]);
});

test('the next period tells again', async t => {
	let now = Date.parse('2026-03-01T23:00:00Z');
	const store = new MemoryStore(() => now);
	const told: number[] = [];
	const thresholds = new Thresholds(
		store,
		({percent}) => void told.push(percent),
		() => now,
	);
	const hour = {limit: 100, remaining: 40, resetMs: 3_600_000, short: false};
	await thresholds.look([budget], [hour]);
	now += 3_500_000;
	await thresholds.look([budget], [Object.assign({}, hour, {resetMs: 100_000})]);
	t.deepEqual(told, [50]);
	now += 200_000;
	await thresholds.look([budget], [Object.assign({}, hour, {resetMs: 86_000_000})]);
	t.deepEqual(told, [50, 50]);
});

async function receiver(t: ExecutionContext, ...statuses: readonly number[]) {
	const bodies: unknown[] = [];
	const answers = [...statuses];
	let waiting: {many: number; done: () => void} | undefined;
	const server = createServer(async (request, response) => {
		bodies.push(JSON.parse(await text(request)));
		const status = answers.shift() ?? 204;
		response.writeHead(status, status === 302 ? {location: '/elsewhere'} : {}).end();
		if (waiting !== undefined && bodies.length >= waiting.many) waiting.done();
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.teardown(() => server.close().closeAllConnections());
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=canary`;
	return {
		url,
		bodies,
		async until(many: number): Promise<void> {
			if (bodies.length < many)
				await new Promise<void>(done => {
					waiting = {many, done};
				});
		},
	};
}

test('plugins and the webhook hear of a budget that fills up, and a listener that fails harms nobody', async t => {
	const hook = await receiver(t);
	const heard: BudgetThreshold[] = [];
	const listener = definePlugin({
		name: 'listener',
		apply({beforeListen, find}) {
			beforeListen(() => {
				const events = find(budgetEvents);
				events?.onThreshold(() => {
					throw new Error('clumsy');
				});
				events?.onThreshold(threshold => void heard.push(threshold));
			});
		},
	});
	const gateway = await startCounting(
		t,
		{budgets: [{by: 'team', match: 'a', dailyUsd: 0.1}], webhook: hook.url},
		{plugins: [listener()]},
	);
	for (let calls = 1; calls <= 5; calls++) {
		t.is((await gateway.call({max_tokens: 1000}, {team: 'a'})).status, 200);
		await gateway.book.until(calls);
	}
	await hook.until(3);
	const percents = (all: readonly {readonly percent?: unknown}[]) => all.map(({percent}) => percent);
	t.deepEqual(percents(heard), [50, 80, 100]);
	t.deepEqual(percents(hook.bodies as readonly {percent?: unknown}[]), [50, 80, 100]);
	t.true(
		heard.every(({resetsAt}) => resetsAt % 86_400_000 === 0),
		'midnight',
	);
	t.like(heard[0], {by: 'team', subject: 'a', period: 'day', limitNanoUsd: 100_000_000n, spentNanoUsd: 60_000_000n});
	t.like(hook.bodies[0], {
		type: 'budget_threshold',
		budget: 'team "a", daily',
		percent: 50,
		limit_usd: '0.1',
		spent_usd: '0.06',
		soft: false,
	});
	t.true(gateway.log.lines.some(({message}) => message === 'a listener of budgets failed'));
});

test('a webhook is told again when it fails, and not when it refuses or sends elsewhere', async t => {
	const log = memoryLog();
	const failing = await receiver(t, 500, 503, 429);
	const patient = new Webhook(failing.url, log, {pauseMs: 1});
	patient.send({n: 1});
	await failing.until(4);
	await patient.idle();
	t.is(patient.lost, 0);
	for (const status of [302, 404]) {
		const hook = await receiver(t, status);
		const webhook = new Webhook(hook.url, log, {pauseMs: 1});
		webhook.send({n: 1});
		await webhook.idle();
		t.is(hook.bodies.length, 1, String(status));
		t.is(webhook.lost, 1);
	}
	t.false(JSON.stringify(log.lines).includes('canary'));
});

/** Takes calls and never answers them. */
async function silent(t: ExecutionContext) {
	let asked = (): void => {};
	let many = 0;
	const server = createServer(() => {
		many++;
		asked();
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.teardown(() => server.close().closeAllConnections());
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=canary`,
		many: () => many,
		asked: () =>
			new Promise<void>(resolve => {
				asked = resolve;
				if (many > 0) resolve();
			}),
	};
}

test('a webhook that never answers is given up after four tries, and what is behind it is told', async t => {
	const log = memoryLog();
	const hook = await silent(t);
	const webhook = new Webhook(hook.url, log, {pauseMs: 1, answerMs: 50});
	// What nobody holds is gone by the time that it is due.
	setFlagsFromString('--expose-gc');
	const collecting = setInterval(runInNewContext('gc') as () => void, 5);
	t.teardown(() => clearInterval(collecting));
	webhook.send({n: 1});
	webhook.send({n: 2});
	await webhook.idle();
	// One that is given up before it has left this machine never arrives.
	t.true(hook.many() >= 1 && hook.many() <= 8, String(hook.many()));
	t.is(webhook.lost, 2);
	t.deepEqual(
		log.lines.map(({message, fields}) => [message, fields['failure'], fields['tries']]),
		Array.from({length: 2}, () => ['the webhook of budgets could not be told', 'no answer in time', 4]),
	);
	t.false(JSON.stringify(log.lines).includes('canary'));
});

test('a webhook that never answers holds up neither calls nor the stop of the gateway', async t => {
	const hook = await silent(t);
	const gateway = await startCounting(t, {budgets: [{by: 'key', dailyUsd: 0.1}], webhook: hook.url});
	for (let calls = 1; calls <= 4; calls++) {
		t.is((await gateway.call()).status, 200);
		await gateway.book.until(calls);
	}
	await hook.asked();
	t.is(hook.many(), 1, 'one after the other');
	await gateway.stop();
	t.deepEqual(gateway.metric('cost_webhook_lost_total'), 2);
	t.deepEqual(gateway.log.lines, []);
});

test('what waits for a webhook is bounded, and given up when the gateway stops', async t => {
	const log = memoryLog();
	const webhook = new Webhook('http://127.0.0.1:9/?token=canary', log, {pauseMs: 60_000});
	for (let count = 0; count < 150; count++) webhook.send({count});
	t.true(webhook.lost >= 49, String(webhook.lost));
	await webhook.close();
	t.is(webhook.lost, 150);
	webhook.send({});
	t.is(webhook.lost, 151);
	t.false(JSON.stringify(log.lines).includes('canary'));
});
