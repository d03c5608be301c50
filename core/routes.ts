/** Routes that a plugin answers itself, beside the model calls. */

import type {Context} from 'koa';
import type {KnownExchange} from './exchange.js';
import type {RouteDescription} from './route-description.js';

/** A route of a plugin's own. */
export interface PluginRoute {
	readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** As @koa/router takes it: `/things/:id`. */
	readonly path: string;
	/** One sentence for the API description. */
	readonly summary: string;
	/** More for the API description; `false` leaves the route out, as a part of another one that is described. */
	readonly description?: RouteDescription | false;
	/**
	 * `caller`: the call is an exchange, `authenticate` must know who sent it, and it is recorded.
	 * `open`: anybody may call it and no hook runs; for probes and pages that hold nothing worth guarding.
	 */
	readonly access: 'caller' | 'open';
	/** Have koa-body parse JSON, forms and multipart into `ctx.request.body` first. */
	readonly parseBody?: boolean;
	/** @param exchange is there exactly when `access` is `caller`. */
	handle(ctx: Context, exchange: KnownExchange | undefined): void | Promise<void>;
}

/** What a health check found. `down` makes the gateway not ready; `degraded` is told and nothing more. */
export interface CheckResult {
	readonly status: 'ok' | 'degraded' | 'down';
	readonly [detail: string]: unknown;
}

/** Values of a metric by their labels; a metric without labels has one number. */
export type MetricReading =
	| number
	| readonly {readonly labels: Readonly<Record<string, string>>; readonly value: number}[];

/** Something that can be counted or measured; whoever publishes metrics reads it when it is asked. */
export interface Metric {
	/** `counter` only grows while the process lives; `gauge` goes up and down. */
	readonly kind: 'counter' | 'gauge';
	/** One sentence. */
	readonly help: string;
	/** Must be quick, must not throw, and must keep the number of label values bounded. */
	read(): MetricReading;
}

/** One step of a table's way to its present shape. Steps run once, in the order of their names, each in a transaction. */
export interface Migration {
	/** SQL statements. What has been released is never changed: a new step changes it. */
	readonly up: readonly string[];
}

/** Looks at something that the gateway needs. Must answer within a second and hold no credentials. */
export type Check = () => CheckResult | Promise<CheckResult>;

/** A command that a plugin adds to `tapgate`. */
export interface Command {
	/** One sentence for `--help`. */
	readonly summary: string;
	/** @returns the exit code. */
	run(args: readonly string[], print: (line: string) => void): number | Promise<number>;
}
