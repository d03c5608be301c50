/** The Koa shell: which route a request belongs to, and the exchange that is opened for it. */

import type {IncomingMessage, ServerResponse} from 'node:http';
import Router from '@koa/router';
import Koa, {type Context} from 'koa';
import {koaBody} from 'koa-body';
import type {Dialect, DialectRoute} from '../dialect.js';
import {GatewayError, refusal} from '../errors.js';
import type {Engine} from '../gateway.js';
import {mergedHeaders} from '../header-list.js';
import {describe} from '../log.js';
import {Call} from '../pipeline/call.js';
import {closeWith} from '../pipeline/close.js';
import {authenticate} from '../pipeline/decide.js';
import {fail} from '../pipeline/fail.js';
import {gatewayHeaders} from '../pipeline/headers.js';
import {run} from '../pipeline/run.js';
import {ClientRequest, type Endpoint, type RequestParts} from '../request.js';
import type {PluginRoute} from '../routes.js';
import {TurnQueue} from '../turn-queue.js';
import {readRequestBody, stalled} from './body.js';
import {addressReader} from './client-address.js';
import {checkPath, spokenFamily} from './path.js';
import {requestId} from './request-id.js';

/** A model call whose head has been read. */
interface Begun {
	readonly call: Call;
	readonly dialect: Dialect;
	readonly incoming: IncomingMessage;
	readonly response: ServerResponse;
}

/** A small JSON body of a passed-through call is read, because it may name a model; everything else streams through. */
const mostPeekedBytes = 1024 * 1024;

/** Makes the Koa application of a gateway whose plugins have been applied. */
export function createApp(engine: Engine): Koa {
	const {server} = engine.options;
	const address = addressReader(server.trustedProxies);
	const limits = {bytes: server.bodyLimit, idleMs: server.bodyIdleSeconds * 1000};
	const parse = koaBody({
		multipart: true,
		jsonLimit: server.bodyLimit,
		formLimit: server.bodyLimit,
		textLimit: server.bodyLimit,
	});
	const router = new Router({sensitive: true});
	const app = new Koa();
	app.silent = true;
	app.on('error', (error: NodeJS.ErrnoException) => {
		// A client that leaves is told of by its exchange; its broken socket is no failure of the gateway.
		if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return;
		engine.log.error('the HTTP shell failed', describe(error));
	});

	const open = (ctx: Context, endpoint: Endpoint): Call => {
		const incoming = ctx.req;
		const call = new Call(
			{
				id: requestId(incoming.headers['x-request-id']),
				endpoint,
				request: ClientRequest.unread(parts(ctx), undefined),
				clientIp: () => address(incoming),
				keptBytes: engine.keptBytes,
			},
			server.timing,
		);
		// Read while it can be: a connection that is gone no longer says whose it was, and records come after it.
		void incoming.socket.remoteAddress;
		engine.calls.add(call);
		closeWith(engine, call, ctx.res, () => engine.calls.delete(call));
		return call;
	};

	const begun = new TurnQueue<Begun>(calls => {
		for (const {call, dialect, incoming, response} of calls) {
			const read = async () => ClientRequest.parse(call.request, await readRequestBody(incoming, limits), dialect);
			void run(engine, call, response, read);
		}
	});
	const modelCall = (dialect: Dialect, route: DialectRoute) => (ctx: Context) => {
		ctx.respond = false;
		const call = open(ctx, {kind: 'model', dialect, route});
		begun.add({call, dialect, incoming: ctx.req, response: ctx.res});
	};

	const passThrough = (dialect: Dialect, upstreamPath: string, provider?: string) => async (ctx: Context) => {
		ctx.respond = false;
		const call = open(ctx, {kind: 'passthrough', dialect, upstreamPath, ...(provider !== undefined && {provider})});
		await run(engine, call, ctx.res, async () => {
			if (!hasBody(ctx.req)) return ClientRequest.unread(call.request, undefined);
			if (!peekable(ctx.req)) {
				call.uploads(stalled(ctx.req, ctx.res, limits));
				return ClientRequest.unread(call.request, ctx.req);
			}
			return ClientRequest.parse(call.request, await readRequestBody(ctx.req, limits), dialect);
		});
	};

	const parseBody = async (ctx: Context): Promise<void> => {
		const parsed: Promise<unknown> = parse(ctx as never, async () => {});
		await (hasBody(ctx.req) ? Promise.race([parsed, stalled(ctx.req, ctx.res, limits)]) : parsed);
	};

	const pluginRoute = (route: PluginRoute) => async (ctx: Context) => {
		if (route.access === 'open') {
			if (route.parseBody === true) await parseBody(ctx);
			await route.handle(ctx, undefined);
			return;
		}
		const call = open(ctx, {kind: 'local', dialect: spokenDialect(engine, ctx)});
		try {
			await authenticate(engine, call);
			if (route.parseBody === true) await parseBody(ctx);
			await route.handle(ctx, call.known());
			call.status = ctx.status;
			call.firstByteMs = performance.now() - call.began;
			ctx.set(mergedHeaders([gatewayHeaders(call)]) as Record<string, string>);
		} catch (error) {
			ctx.respond = false;
			fail(engine, call, shellError(error), ctx.res);
		}
	};

	for (const route of engine.routes) router.register(route.path, [route.method], pluginRoute(route) as never);
	// Most calls are for one of a few exact paths, where there is nothing to check or to match.
	const exact = new Map<string, (ctx: Context) => void>();
	for (const dialect of engine.dialects) {
		for (const route of dialect.routes) {
			const {method, path} = route;
			const handle = modelCall(dialect, route);
			const taken = router.match(path, method).pathAndMethod.length > 0 || mappedProvider(engine, path) !== undefined;
			if (!taken) exact.set(`${method} ${path}`, handle);
			router.register(path, [method], handle as never);
		}
	}

	app.use(async (ctx, next) => {
		if (!engine.ready) ctx.set('connection', 'close');
		const {method, url = ''} = ctx.req;
		const query = url.indexOf('?');
		const handle = exact.get(`${method} ${query === -1 ? url : url.slice(0, query)}`);
		if (handle !== undefined) {
			handle(ctx);
			return;
		}
		const problem = checkPath(url);
		if (problem !== undefined) {
			ctx.respond = false;
			const call = open(ctx, {kind: 'local', dialect: spokenDialect(engine, ctx)});
			fail(engine, call, refusal('invalid_path', problem), ctx.res);
			return;
		}
		const mapped = mappedProvider(engine, ctx.path);
		if (mapped !== undefined) {
			await passThrough(spokenDialect(engine, ctx), ctx.path, mapped)(ctx);
			return;
		}
		await next();
	});
	app.use(router.routes() as never);
	app.use(async ctx => {
		const {path} = ctx;
		const dialect = spokenDialect(engine, ctx);
		if (path.startsWith('/v1/')) return await passThrough(dialect, path)(ctx);
		if (path.startsWith('/anthropic/')) return await passThrough(dialect, path.slice('/anthropic'.length))(ctx);
		ctx.respond = false;
		fail(
			engine,
			open(ctx, {kind: 'local', dialect}),
			refusal('unknown_route', `Nothing is served under ${ctx.method} ${path.slice(0, 200)}.`),
			ctx.res,
		);
	});
	return app;
}

function parts(ctx: Context): RequestParts {
	return {method: ctx.method, path: ctx.path, query: ctx.search, headers: ctx.req.headers};
}

/** What koa-body throws has a status and says what is wrong; everything else stays opaque. */
function shellError(error: unknown): unknown {
	if (GatewayError.is(error) || !(error instanceof Error)) return error;
	const {status} = error as {status?: unknown};
	if (status === 413) return refusal('body_too_large', 'The body is larger than the limit.');
	if (typeof status === 'number' && status >= 400 && status < 500)
		return refusal('invalid_body', 'The body could not be read.');
	return error;
}

function hasBody(request: IncomingMessage): boolean {
	return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

function peekable(request: IncomingMessage): boolean {
	// A body means nothing to these methods: a model named in it must not open the door to what they do.
	if (['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(request.method ?? '')) return false;
	const {headers} = request;
	const length = Number(headers['content-length'] ?? 0);
	const json = /^application\/json\b/i.test(headers['content-type'] ?? '');
	return json && length > 0 && length <= mostPeekedBytes && headers['content-encoding'] === undefined;
}

function spokenDialect(engine: Engine, ctx: Context): Dialect {
	const family = spokenFamily(ctx.path, ctx.req.headers);
	for (const dialect of engine.dialects) if (dialect.family === family) return dialect;
	throw new Error(`no dialect of the ${family} family is registered`);
}

/** The provider that the config has put under a path; the longest prefix of whole segments wins. */
function mappedProvider(engine: Engine, path: string): string | undefined {
	const prefixes = engine.pathPrefixes;
	if (prefixes.length === 0) return undefined;
	return prefixes.find(({prefix}) => path === prefix || path.startsWith(`${prefix}/`))?.provider;
}
