/** Errors that a second copy of the package has made are recognised as the gateway's own. */

import test from 'ava';
import {blockOf} from '../../config/failure.js';
import {blamed} from '../../core/blame.js';
import type * as errors from '../../core/errors.js';
import {ConfigError, GatewayError, PluginError} from '../../core/errors.js';
import {startGateway} from '../helpers/whole-gateway.js';

const copied = new URL('../../core/errors.js?copy', import.meta.url).href;
const copy = (await import(copied)) as typeof errors;

test('by their marks, each as what it is', t => {
	t.not(copy.ConfigError, ConfigError);
	const made = {
		GatewayError: new copy.GatewayError('x', 400, 'x'),
		PluginError: new copy.PluginError('x', 'admit', 'x'),
		ConfigError: new copy.ConfigError('x'),
	};
	for (const [kind, {is}] of Object.entries({GatewayError, PluginError, ConfigError})) {
		for (const [of, error] of Object.entries(made)) t.is(is(error), kind === of);
		for (const error of [undefined, null, 'x', new Error('x')]) t.false(is(error));
	}
});

test('a plugin of another copy that cannot be configured says so as one of ours would', async t => {
	const error = await t.throwsAsync(
		startGateway(t, [
			{
				name: 'stranger',
				apply() {
					throw new copy.ConfigError('colour: expected red, found blue');
				},
			},
		]),
		{instanceOf: ConfigError},
	);
	t.is(error.message, 'plugin "stranger": colour: expected red, found blue');
	t.is(blockOf(new copy.ConfigError('no such file')), 'error\n  no such file');
});

test('what has been blamed in another copy is not blamed again', t => {
	const error = new copy.PluginError('inner', 'admit', 'x');
	t.is(blamed(error, 'outer', 'reply'), error);
});
