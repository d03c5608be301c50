// npm run bench -- [--only plain,streams] [--proxies node-http,gateway] [--rounds N] [--quick] [--json FILE] [--strict]
import {writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {cases} from './cases/index.js';
import {describeMachine, findPinning} from './machine.js';
import {measureCase} from './measure.js';
import type {Bench, Samples} from './measurement.js';
import {freePort, moveTo, start, stopAll, waitUntilReady} from './processes.js';
import {gateway, gatewayIsBuilt, proxies} from './proxies/index.js';
import {formatCase} from './report.js';
import {judge, summarize} from './summary.js';
import {tables} from './tables/index.js';

function readOptions() {
	const {values} = parseArgs({
		options: {
			only: {type: 'string'},
			proxies: {type: 'string'},
			rounds: {type: 'string'},
			quick: {type: 'boolean', default: false},
			json: {type: 'string'},
			strict: {type: 'boolean', default: false},
		},
	});
	const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
	if (!(Number.isInteger(rounds) && rounds > 0 && rounds <= 100)) throw new Error('--rounds takes 1 to 100');
	return {...values, rounds};
}

/** The named ones, in the order of the list; all when nothing is named. */
function choose<Item extends {name: string}>(items: readonly Item[], names: string | undefined): Item[] {
	if (names === undefined) return [...items];
	const wanted = names.split(',');
	const known = items.map(({name}) => name);
	const unknown = wanted.filter(name => !known.includes(name));
	if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}; there are ${known.join(', ')}`);
	return items.filter(({name}) => wanted.includes(name));
}

/** The tables go to stdout, ready to be kept; everything else is for the one who waits. */
function note(text: string): void {
	console.error(text);
}

// Asked first: a process that has moved to one core sees only that one.
const machine = describeMachine();

async function prepare({rounds, quick}: {rounds: number; quick: boolean}): Promise<Bench> {
	const found = findPinning();
	const pinning = 'reason' in found ? undefined : found;
	if ('reason' in found) note(`Not pinned: ${found.reason}. Proxy and load share the cores, the numbers are rough.`);
	else moveTo(found.loadCore);
	const core = pinning?.loadCore;
	const upstreamFile = fileURLToPath(new URL('./upstream.js', import.meta.url));
	const loadFile = fileURLToPath(new URL('./load/main.js', import.meta.url));
	const port = await freePort();
	const upstream = start({name: 'upstream', command: [upstreamFile], core, port, channel: true});
	await waitUntilReady(upstream);
	const generator = start({name: 'load', command: [loadFile], core, port: 0, channel: true});
	return {upstream, generator, pinning, rounds, quick};
}

function describeRun({pinning, rounds, quick}: Bench): string {
	const cores = pinning
		? `proxy on core ${pinning.proxyCore}, load and upstream on core ${pinning.loadCore}`
		: 'not pinned';
	return `${machine}; ${cores}; medians of ${rounds} interleaved rounds${quick ? ', quick run' : ''}.`;
}

async function main(): Promise<void> {
	const options = readOptions();
	const chosen = new Set(choose([...cases, ...tables], options.only));
	const chosenProxies = choose(proxies, options.proxies).filter(({name}) => {
		if (name !== gateway || gatewayIsBuilt()) return true;
		note('The gateway is left out: dist/config/cli.js does not exist.');
		return false;
	});
	const bench = await prepare(options);
	console.log(`${describeRun(bench)}\n`);
	const raw: Record<string, Record<string, unknown>> = {};
	const missed: string[] = [];
	for (const benchCase of cases.filter(one => chosen.has(one))) {
		note(`measuring ${benchCase.name} …`);
		const samples: Samples = await measureCase(bench, benchCase, chosenProxies);
		const rows = summarize(benchCase, samples);
		raw[benchCase.name] = Object.fromEntries(samples);
		if (judge(benchCase, rows)?.met === false) missed.push(benchCase.name);
		console.log(formatCase(benchCase, rows));
	}
	if (options.json !== undefined) {
		writeFileSync(options.json, `${JSON.stringify({run: describeRun(bench), cases: raw}, undefined, '\t')}\n`);
	}
	for (const table of tables.filter(one => chosen.has(one))) {
		note(`measuring ${table.name} …`);
		const {text, met} = await table.measure(options.quick);
		if (!met) missed.push(table.name);
		console.log(text);
	}
	if (missed.length > 0) note(`Bars missed: ${missed.join(', ')}.`);
	if (missed.length > 0 && options.strict) process.exitCode = 1;
}

process.on('exit', stopAll);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
	await main();
	process.exit();
} catch (error) {
	note(`The bench failed: ${error instanceof Error ? error.message : String(error)}`);
	process.exit(1);
}
