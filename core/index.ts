/** Everything that a plugin may import. The package's main entry adds what a config needs. */

export {isAdmin, requireAdmin} from './admin.js';
export {allows, type Caller, type CallerBudget, type CallerLimits, namePattern} from './caller.js';
export type {
	Cleaned,
	Codec,
	EncodedRequest,
	NameRule,
	NativeError,
	ReplyContext,
	StreamDecoder,
	StreamEncoder,
} from './codec.js';
export type * from './completion-event.js';
export type * from './conversation.js';
export type {Dialect, DialectRoute, EventFacts, Family, Operation, RequestFacts, StreamWatcher} from './dialect.js';
export {
	ConfigError,
	type ErrorCode,
	type ErrorDetails,
	type ErrorEntry,
	errorTable,
	GatewayError,
	PluginError,
	refusal,
} from './errors.js';
export {estimateTokens, type TokenEstimate, type UsedTokens, usedTokens} from './estimate.js';
export type {
	Attempt,
	AttemptFailure,
	AttemptReport,
	ClosedExchange,
	Exchange,
	KnownExchange,
	Loss,
	Outcome,
	Recovery,
	Release,
	Reply,
	RoutedExchange,
	StreamTranslation,
	Substitute,
	Translation,
	UpstreamAnswer,
} from './exchange.js';
export {fingerprint} from './fingerprint.js';
export {Engine, type EngineOptions, type Gateway} from './gateway.js';
export type {HookContract, HookKind, TapTime} from './guard.js';
export {type HeaderList, mergedHeaders} from './header-list.js';
export type {Hooks, Taps} from './hooks.js';
export {createServer, type Listening, listen} from './http/server.js';
export {type ChangedEvents, replyThroughHub, streamThroughHub} from './hub-view.js';
export {isObject, type JsonObject, type Splice} from './json.js';
export {type Key, key} from './key.js';
export {describe, type Log, type LogFields} from './log.js';
export {tenths, tenthsText} from './milliseconds.js';
export type {ModelTraits} from './model-traits.js';
export {closest} from './names.js';
export {oncePerName, oncePerNames} from './once-per-name.js';
export {type OptionsSchema, optionsReader, type Plain} from './options.js';
export {originOf, pathOf, remember, withPathOf} from './origin.js';
export {
	type Page,
	type PageCursor,
	type PageQuery,
	pageOf,
	pageParameters,
	pageSchema,
	readPageQuery,
} from './pages.js';
export {credentialHeaders} from './pipeline/headers.js';
export {type ExchangeSketch, openExchange} from './pipeline/open-exchange.js';
export {definePlugin, type Plugin, type PluginDefinition} from './plugin.js';
export {defaultTimeouts, type Provider, type ProviderError, type Target, targetName} from './provider.js';
export type {ScopedRegistry} from './registry.js';
export {ClientRequest, type Endpoint, type Headers, UpstreamRequest} from './request.js';
export type {RouteAnswer, RouteBody, RouteDescription, RouteParameter} from './route-description.js';
export type {Check, CheckResult, Command, Metric, MetricReading, Migration, PluginRoute} from './routes.js';
export {reveal, Secret} from './secret.js';
export {type ServerOptions, type ServerSettings, serverSettings} from './server-options.js';
export {comment, readFields, type StreamEvent, streamEvent, wireEvent} from './stream-event.js';
export {Stage, type TapOptions} from './tap-only.js';
export {timestamp} from './timestamp.js';
export type {Timeouts} from './upstream/transport.js';
export {type Cost, tokenCount, type Usage} from './usage.js';
export {instantiate} from './web-assembly.js';
export {withHeaders} from './wire-reply.js';
export type {WorkerAnswers, Workers} from './workers.js';
