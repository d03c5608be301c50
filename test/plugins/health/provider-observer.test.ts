import test from 'ava';
import type {AttemptReport, ClosedExchange} from '../../../core/index.js';
import {ProviderObserver} from '../../../plugins/health/provider-observer.js';

function after(outcome: ClosedExchange['outcome'], ...attempts: Omit<AttemptReport, 'provider' | 'model' | 'ms'>[]) {
	const observer = new ProviderObserver();
	const reports = attempts.map(attempt => Object.assign({provider: 'p', model: 'm', ms: 1}, attempt));
	observer.see({outcome, attempts: reports} as unknown as ClosedExchange);
	return observer.report(['p'])['p'];
}

const reset = {error: 'upstream_unreachable'};

test('the attempt that a leaving client cut off says nothing, those before it do', t => {
	t.like(after('aborted', reset), {status: 'unknown', consecutiveFailures: 0});
	t.like(after('aborted', reset, reset), {status: 'failing', consecutiveFailures: 1});
	t.like(after('aborted', {status: 200}), {status: 'ok'});
	t.like(after('failed', reset), {status: 'failing', consecutiveFailures: 1});
});

test('what each status says', t => {
	const told = (status: number) => after('failed', {status, error: 'upstream_error'})?.status;
	for (const status of [500, 502, 503, 529, 401, 403]) t.is(told(status), 'failing', String(status));
	for (const status of [400, 402, 404, 408, 413, 422]) t.is(told(status), 'unknown', String(status));
	t.is(told(429), 'limited');
	t.is(after('failed', {status: 200, error: 'upstream_error'})?.status, 'failing');
	t.is(after('failed', {status: 200, error: 'upstream_invalid'})?.status, 'failing');
	t.is(after('failed', {error: 'upstream_timeout'})?.status, 'failing');
});
