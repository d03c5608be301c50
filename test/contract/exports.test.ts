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
		Attempt AttemptFailure AttemptReport AudioPart CacheMark Caller CallerBudget CallerLimits Candidate Check CheckResult Citation
		Cleaned ClientRequest ClosedExchange Codec Command Completion CompletionEvent Config ConfigContext ConfigDefinition
		ConfigError ConfigSource Conversation Cost Delta Dialect DialectRoute DocumentPart Effort EncodedRequest
		Endpoint Engine EngineOptions Environment ErrorCode ErrorDetails ErrorEntry EventFacts Exchange
		ExchangeSketch Extra Family Finish FinishReason Gateway GatewayError HeaderList Headers HookContract HookKind Hooks
		ImagePart JsonObject Key KnownExchange Listening Log LogFields Loss Metric MetricReading Migration ModelTraits NameRule NativeError
		NativePart Operation OptionsSchema Outcome OutputFormat Part Plain Plugin PluginDefinition PluginEntry
		PluginError PluginRoute Provider Reasoning Recovery RedactedThinkingPart RefusalPart Release Reply
		ReplyContext RequestFacts RoutedExchange ScopedRegistry Secret ServerOptions ServerSettings Source Stage Splice StreamDecoder StreamEncoder StreamError StreamEvent StreamWatcher TapOptions Taps Target TextPart TapTime TokenEstimate UsedTokens usedTokens isAdmin requireAdmin Page PageCursor PageQuery pageOf readPageQuery RouteAnswer RouteBody RouteDescription RouteParameter
		ThinkingPart Timeouts Tool ToolCallPart ToolChoice ToolResultPart Translation Turn UpstreamAnswer
		UpstreamRequest Usage WorkerAnswers Workers allows closest comment createServer credentialHeaders defaultTimeouts defineConfig
		definePlugin describe env errorTable estimateTokens fingerprint instantiate isObject key listen mergedHeaders namePattern oncePerName oncePerNames openExchange optionsReader originOf
		pageParameters pageSchema pathOf readFields refusal remember reveal secret serverSettings streamEvent targetName tenths tenthsText timestamp tokenCount wireEvent ChangedEvents ProviderError StreamTranslation Substitute replyThroughHub streamThroughHub withHeaders withPathOf
		BudgetEvents BudgetThreshold budgetEvents Database database Redactor redactor
		Bucket Degraded Demand Grant Holding Period Seats Shortage Standing Store StoreOptions StoreUnavailable Stores Sum Take stores
	`,
	'tapgate/plugins': `
		accessLog anthropic anthropicCompatible auth azureOpenai bifrost catalog deepseek dialects gemini glm grok groq
		health metrics mock ollama openai openaiCompatible routing stores translate apiDocs redact
		cost rateLimit requestLog
	`,
	'tapgate/testing': `
		Answer ExchangeParts LogLine MemoryLog Replies SeenRequest StartedGateway TappedHooks TestGatewayOptions
		Upstream basics fakeExchange memoryLog reply startGateway startUpstream tapped
	`,
};

function names(text: string): readonly string[] {
	return text.trim().split(/\s+/).sort();
}

function none(text: string) {
	return {added: [], gone: [], count: names(text).length};
}

/** What is exported and not written, and what is written and not exported. */
function differences(file: string, text: string) {
	const [exported, expected] = [exportsOf(program, file), names(text)];
	return {
		added: exported.filter(name => !expected.includes(name)),
		gone: expected.filter(name => !exported.includes(name)),
		count: exported.length,
	};
}

test('tapgate exports what a plugin and a config need', t => {
	t.deepEqual(differences('config/index.ts', written.tapgate), none(written.tapgate));
});

test('tapgate/plugins exports the built-ins and nothing else', t => {
	t.deepEqual(differences('plugins/index.ts', written['tapgate/plugins']), none(written['tapgate/plugins']));
});

test('tapgate/testing exports the test kit', t => {
	t.deepEqual(differences('config/testing/index.ts', written['tapgate/testing']), none(written['tapgate/testing']));
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
