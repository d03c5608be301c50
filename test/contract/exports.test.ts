/** What the package exports, written out: a change of the public face is a visible one. */

import test from 'ava';
import * as main from 'tapgate';
import * as plugins from 'tapgate/plugins';
import * as testing from 'tapgate/testing';
import {compile, exportsOf} from './compiler.js';

const program = compile(new Map(), ['config/index.ts', 'plugins/index.ts', 'config/testing/index.ts']);

/** Values and types, in one list; types exist for the compiler only. */
const written = {
	tapgate: `
		Attempt AttemptFailure AttemptReport Caller Check CheckResult ClientRequest ClosedExchange Command Config
		ConfigContext ConfigDefinition ConfigError ConfigSource Cost Dialect DialectRoute Endpoint Engine
		EngineOptions Environment ErrorCode ErrorDetails ErrorEntry EventFacts Exchange ExchangeSketch Family
		Gateway GatewayError Headers HookContract HookKind Hooks JsonObject Key KnownExchange Listening Log
		LogFields Loss Operation OptionsSchema Outcome Plain Plugin PluginDefinition PluginEntry PluginError
		PluginRoute Provider Recovery Release Reply RequestFacts RoutedExchange ScopedRegistry Secret ServerOptions
		ServerSettings Stage StreamEvent StreamWatcher TapOptions Taps Target Timeouts Translation UpstreamAnswer
		UpstreamRequest Usage allows closest credentialHeaders defaultTimeouts defineConfig definePlugin describe
		env errorTable isObject key listen namePattern openExchange optionsReader readFields refusal reveal secret
		serverSettings streamEvent targetName tokenCount
	`,
	'tapgate/plugins': `
		accessLog anthropic anthropicCompatible auth catalog dialects health mock openai openaiCompatible routing
	`,
	'tapgate/testing': `
		Answer ExchangeParts LogLine MemoryLog Replies SeenRequest StartedGateway TappedHooks TestGatewayOptions
		Upstream basics fakeExchange memoryLog reply startGateway startUpstream tapped
	`,
};

function names(text: string): readonly string[] {
	return text.trim().split(/\s+/).sort();
}

test('tapgate exports what a plugin and a config need', t => {
	t.deepEqual(exportsOf(program, 'config/index.ts'), names(written.tapgate));
});

test('tapgate/plugins exports the built-ins and nothing else', t => {
	t.deepEqual(exportsOf(program, 'plugins/index.ts'), names(written['tapgate/plugins']));
});

test('tapgate/testing exports the test kit', t => {
	t.deepEqual(exportsOf(program, 'config/testing/index.ts'), names(written['tapgate/testing']));
});

test('what can be imported at run time is among the names', t => {
	for (const [name, module] of Object.entries({
		tapgate: main,
		'tapgate/plugins': plugins,
		'tapgate/testing': testing,
	})) {
		const found = Object.keys(module);
		t.true(found.length > 5);
		t.deepEqual(
			found.filter(value => !names(written[name as keyof typeof written]).includes(value)),
			[],
		);
	}
});
