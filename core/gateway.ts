/** A gateway put together: hooks, registries, services, and what must be let go when it stops. */

import type {Dialect} from './dialect.js';
import {ConfigError, PluginError} from './errors.js';
import type {Attempt, Release} from './exchange.js';
import {Guard, type TapTime} from './guard.js';
import {createHooks, type Hooks, type Taps} from './hooks.js';
import type {Key} from './key.js';
import {describe, FilteredLog, type Log} from './log.js';
import {OpenCalls} from './open-calls.js';
import {Call} from './pipeline/call.js';
import type {Plugin} from './plugin.js';
import type {Provider, Target} from './provider.js';
import {type OverCall, recordAll} from './record.js';
import {Registry, type ScopedRegistry} from './registry.js';
import {Deferrals} from './release.js';
import type {Check, Command, Metric, Migration, PluginRoute} from './routes.js';
import type {ServerSettings} from './server-options.js';
import {Services} from './services.js';
import {tapOnly} from './tap-only.js';
import {TurnQueue} from './turn-queue.js';
import {Transport} from './upstream/transport.js';
import {alone, type Workers} from './workers.js';

/** A gateway as a plugin sees it in `apply`. */
export interface Gateway {
	/** The name under which the config runs: `development`, `production`… */
	readonly deployment: string;
	/** Says in a few letters which config this is; the same for every process that runs it. `undefined` when it came from no file. */
	readonly configHash: string | undefined;
	readonly server: ServerSettings;
	readonly log: Log;
	readonly hooks: Taps;
	readonly dialects: ScopedRegistry<Dialect>;
	readonly providers: ScopedRegistry<Provider>;
	/** Names that the config gives to models, beside those that providers list; what they lead to first. */
	readonly aliases: ScopedRegistry<Target>;
	/** Paths under which a provider's other APIs are reached: path prefix → provider. */
	readonly paths: ScopedRegistry<string>;
	readonly routes: ScopedRegistry<PluginRoute>;
	readonly checks: ScopedRegistry<Check>;
	readonly commands: ScopedRegistry<Command>;
	/** What plugins count, under Prometheus names without the prefix: `request_log_queue_records`. */
	readonly metrics: ScopedRegistry<Metric>;
	/** Tables that plugins keep in the gateway's database, under names that sort: `request-log 0001 create the table`. */
	readonly migrations: ScopedRegistry<Migration>;
	/** False when `--no-migrate` says that somebody else brings the database up to date. */
	readonly migrates: boolean;
	/** Offers a service to other plugins. @throws {ConfigError} when the key is provided already. */
	provide<Service>(key: Key<Service>, service: Service): void;
	/** Takes a service that a plugin earlier in the config provides. @throws {ConfigError} when none does. */
	use<Service>(key: Key<Service>): Service;
	/** Takes a service if there is one. Asked in `beforeListen`, it finds those of plugins later in the config too. */
	find<Service>(key: Key<Service>): Service | undefined;
	/** Has every text that is logged go through a filter from now on. */
	filterLog(filter: (text: string) => string): void;
	/** Called in order when every plugin has been applied; a throw stops the start. */
	beforeListen(step: () => void | Promise<void>): void;
	/**
	 * Called in order when the gateway is about to listen, after every `beforeListen`: for what only a gateway that serves shall
	 * do, and neither `tapgate check` nor a command. A throw stops the start.
	 */
	beforeServing(step: () => void | Promise<void>): void;
	/**
	 * Has the first bytes of every answer kept for `record`, as `exchange.answer`. The largest wish counts; nothing is kept and
	 * nothing is paid while nobody has one.
	 */
	keepAnswers(bytes: number): void;
	/** Called when the gateway stops, last deferred first, also after a start that failed half-way. */
	defer(release: Release): void;
	/** Failures of observing taps so far, by plugin and hook. */
	faults(): ReadonlyMap<string, number>;
	/**
	 * How long taps took so far, by plugin and hook; a live list that grows while plugins are applied. Taps are timed from the
	 * first time that somebody asks: ask in `apply`.
	 */
	tapTimes(): readonly TapTime[];
	/** How many calls are open now. */
	openCalls(): number;
	/** The processes that share the port, this one among them. */
	readonly workers: Workers;
	/** False before the start is complete and from the stop signal on. */
	ready(): boolean;
}

/** What a gateway is made of. */
export interface EngineOptions {
	readonly deployment: string;
	readonly server: ServerSettings;
	readonly log: Log;
	readonly configHash?: string;
	/** False: the database is brought up to date by somebody else. */
	readonly migrate?: boolean;
	/** Absent for a gateway that is one process. */
	readonly workers?: Workers;
}

/** The gateway as the core sees it. */
export class Engine {
	readonly options: EngineOptions;
	readonly guard: Guard;
	readonly hooks: Hooks;
	/** Calls that are over and have not been recorded yet. */
	readonly records: TurnQueue<OverCall>;
	readonly plugins: string[] = [];
	readonly dialects = new Registry<Dialect>('dialect');
	readonly providers = new Registry<Provider>('provider');
	readonly aliases = new Registry<Target>('alias');
	readonly paths = new Registry<string>('path');
	readonly routes = new Registry<PluginRoute>('route');
	readonly checks = new Registry<Check>('health check');
	readonly commands = new Registry<Command>('command');
	readonly metrics = new Registry<Metric>('metric');
	readonly migrations = new Registry<Migration>('migration');
	readonly faults = new Map<string, number>();
	/** Calls that are open now. */
	readonly calls = new OpenCalls();
	/** Path prefixes that lead to a provider, longest first; settled when the gateway is assembled. */
	pathPrefixes: readonly {readonly prefix: string; readonly provider: string}[] = [];
	ready = false;
	/** How many bytes of an answer are kept for `record`. */
	keptBytes = 0;
	readonly #services = new Services();
	readonly #beforeListen: {plugin: string; step: () => void | Promise<void>}[] = [];
	readonly #beforeServing: {plugin: string; step: () => void | Promise<void>}[] = [];
	readonly #deferred = new Deferrals();
	readonly #transports = new Map<string, Transport>();
	readonly #log: FilteredLog;

	constructor(options: EngineOptions) {
		this.options = options;
		this.#log = new FilteredLog(options.log);
		this.guard = new Guard({
			fault: (error, subject) => this.#fault(error, subject),
			...(options.server.timing && {timed: addTime}),
		});
		this.hooks = createHooks(this.guard);
		this.records = new TurnQueue(calls => recordAll(this.hooks.record, calls));
	}

	get log(): Log {
		return this.#log;
	}

	/**
	 * Applies plugins in order and runs what they want done before the first call.
	 * @throws whatever a plugin throws; what was deferred until then is let go first.
	 */
	async assemble(plugins: readonly Plugin[]): Promise<void> {
		try {
			for (const plugin of plugins) await this.apply(plugin);
			for (const {plugin, step} of this.#beforeListen) await blaming(plugin, 'beforeListen', step);
			this.#requireDeciders();
			this.pathPrefixes = this.paths
				.names()
				.map(prefix => ({prefix, provider: this.paths.get(prefix) as string}))
				.sort((a, b) => b.prefix.length - a.prefix.length);
			this.ready = true;
		} catch (error) {
			await this.close();
			throw error;
		}
	}

	/** Has plugins do what only a gateway that serves shall do. @throws what they throw; everything has been let go then. */
	async beginServing(): Promise<void> {
		try {
			for (const {plugin, step} of this.#beforeServing) await blaming(plugin, 'beforeServing', step);
		} catch (error) {
			await this.close();
			throw error;
		}
	}

	/** Applies one plugin. @throws what the plugin throws, with its name; {@link ConfigError} when the name is taken. */
	async apply(plugin: Plugin): Promise<void> {
		if (this.plugins.includes(plugin.name)) {
			throw new ConfigError(`plugin "${plugin.name}" is listed twice; give one of them another name or remove it`);
		}
		this.plugins.push(plugin.name);
		await blaming(plugin.name, 'apply', () => plugin.apply(this.#facade(plugin.name)));
	}

	/** The HTTP client of a provider; made on first use, closed with the gateway. */
	transport(provider: Provider): Transport {
		let transport = this.#transports.get(provider.name);
		if (transport === undefined) {
			transport = new Transport({timeouts: provider.timeouts});
			this.#transports.set(provider.name, transport);
		}
		return transport;
	}

	/** Lets go of everything, last taken first. Never throws. */
	async close(): Promise<void> {
		this.ready = false;
		await this.#deferred.release(error => this.log.error('closing failed', describe(error)));
		for (const transport of this.#transports.values()) await transport.close();
		this.#transports.clear();
	}

	#facade(plugin: string): Gateway {
		const taps = Object.fromEntries(
			Object.entries(this.hooks).map(([name, hook]) => [name, tapOnly(hook, name, plugin)]),
		);
		return Object.freeze<Gateway>({
			deployment: this.options.deployment,
			configHash: this.options.configHash,
			server: this.options.server,
			log: this.log,
			hooks: Object.freeze(taps) as unknown as Taps,
			dialects: this.dialects.scoped(plugin),
			providers: this.providers.scoped(plugin),
			aliases: this.aliases.scoped(plugin),
			paths: this.paths.scoped(plugin),
			routes: this.routes.scoped(plugin),
			checks: this.checks.scoped(plugin),
			commands: this.commands.scoped(plugin),
			metrics: this.metrics.scoped(plugin),
			migrations: this.migrations.scoped(plugin),
			migrates: this.options.migrate !== false,
			provide: (key, service) => this.#services.provide(key, service, plugin),
			use: key => this.#services.use(key, plugin),
			find: key => this.#services.find(key),
			filterLog: filter => this.#log.add(filter),
			beforeListen: step => void this.#beforeListen.push({plugin, step}),
			beforeServing: step => void this.#beforeServing.push({plugin, step}),
			keepAnswers: bytes => {
				this.keptBytes = Math.max(this.keptBytes, bytes);
			},
			defer: release => this.#deferred.add(release),
			faults: () => this.faults,
			tapTimes: () => this.#tapTimes(),
			openCalls: () => this.calls.size,
			workers: this.options.workers ?? alone,
			ready: () => this.ready,
		});
	}

	#tapTimes(): readonly TapTime[] {
		this.guard.timing = true;
		return this.guard.tapTimes;
	}

	/** A gateway that asks nobody who is calling, or does not know where to go, is a mistake and not a default. */
	#requireDeciders(): void {
		if (this.hooks.authenticate.taps.length === 0) {
			throw new ConfigError(
				'no plugin taps "authenticate": list auth({keys: […]}), or auth({anonymous: true}) to let anybody in',
			);
		}
		if (this.hooks.resolve.taps.length === 0) {
			throw new ConfigError('no plugin taps "resolve": list routing({…}), or no call can go anywhere');
		}
	}

	#fault(error: PluginError, subject: unknown): void {
		const name = `${error.plugin} ${error.hook}`;
		this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
		const {plugin, hook, cause} = error;
		const call = callOf(subject);
		this.log.error('an observing plugin failed', {
			plugin,
			hook,
			...(call !== undefined && {requestId: call.id}),
			...describe(cause),
		});
	}
}

/** The last argument of every hook is the exchange or the attempt. */
function callOf(subject: unknown): Call | undefined {
	const call = subject instanceof Call ? subject : (subject as Attempt | undefined)?.exchange;
	return call instanceof Call ? call : undefined;
}

/** Adds to the time that a plugin took of a call. */
function addTime(subject: unknown, plugin: string, milliseconds: number): void {
	const call = callOf(subject);
	if (call?.timings === undefined) return;
	call.timings.set(plugin, (call.timings.get(plugin) ?? 0) + milliseconds);
}

async function blaming(plugin: string, hook: string, step: () => void | Promise<void>): Promise<void> {
	try {
		await step();
	} catch (error) {
		if (ConfigError.is(error)) throw new ConfigError(withPlugin(plugin, error.message), {cause: error});
		throw new PluginError(plugin, hook, error);
	}
}

function withPlugin(plugin: string, message: string): string {
	return message.includes(`"${plugin}"`) ? message : `plugin "${plugin}": ${message}`;
}
