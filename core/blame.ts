/** Puts a name to what went wrong in a plugin. */

import {GatewayError, PluginError} from './errors.js';
import {UpstreamError} from './upstream/errors.js';

/**
 * A refusal and an upstream failure travel as they are; any other error gets the name of the plugin and the hook that it came
 * from.
 */
export function blamed(error: unknown, plugin: string, hook: string): GatewayError | PluginError | UpstreamError {
	if (GatewayError.is(error) || PluginError.is(error) || error instanceof UpstreamError) return error;
	return new PluginError(plugin, hook, error);
}
