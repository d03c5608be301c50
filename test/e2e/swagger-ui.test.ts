/** The page at /swagger/, driven in a browser as a person would. */

import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type BrowserContext, chromium, type Locator, type Page} from 'playwright-core';
import type {Plugin} from 'tapgate';
import {apiDocs, auth, health, mock, routing} from 'tapgate/plugins';
import {startGateway} from 'tapgate/testing';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const flags = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];
const driven = executablePath === undefined ? test.skip : test.serial;
const inBrowser = executablePath === undefined ? ' (skipped: no Chromium was found)' : '';
const key = 'opens-this-gateway';

let browser: BrowserContext | undefined;
let profile: string | undefined;

test.before(async () => {
	if (executablePath === undefined) return;
	profile = await mkdtemp(path.join(tmpdir(), 'tapgate-chromium-'));
	browser = await chromium.launchPersistentContext(profile, {
		executablePath,
		args: flags,
		viewport: {width: 1280, height: 1000},
	});
});

test.after.always(async () => {
	await browser?.close();
	if (profile !== undefined) await rm(profile, {recursive: true, force: true});
});

interface Opened {
	readonly page: Page;
	/** URLs of requests that would have left for somewhere else; they were stopped. */
	readonly strays: readonly string[];
	/** Errors of the console, and those that nobody caught. */
	readonly complaints: readonly string[];
	/** Everything that was asked of the gateway. */
	readonly asked: readonly string[];
}

async function open(t: ExecutionContext, plugins: readonly Plugin[]): Promise<Opened> {
	// A browser on a busy machine is slow.
	t.timeout(300_000);
	const gateway = await startGateway({plugins});
	t.teardown(gateway.stop);
	if (browser === undefined) throw new Error('there is no browser');
	const page = await browser.newPage();
	page.setDefaultTimeout(60_000);
	t.teardown(() => page.close());
	const [strays, complaints, asked]: [string[], string[], string[]] = [[], [], []];
	const ours = (url: string) => url.startsWith(`${gateway.url}/`) || url.startsWith('data:');
	await page.route('**/*', route => (ours(route.request().url()) ? route.continue() : route.abort()));
	page.on('request', request => {
		const {method, url} = {method: request.method(), url: request.url()};
		if (!ours(url)) strays.push(url);
		else if (!url.startsWith('data:')) asked.push(`${method} ${new URL(url).pathname}`);
	});
	page.on('console', message => {
		if (message.type() === 'error') complaints.push(message.text());
	});
	page.on('pageerror', error => complaints.push(String(error)));
	await page.goto(`${gateway.url}/swagger`);
	return {page, strays, complaints, asked};
}

/** Opens an operation and makes its fields editable. */
async function tryOut(page: Page, operation: string): Promise<Locator> {
	const block = page.locator(`#operations-${operation}`);
	await block.locator('.opblock-summary-control').click();
	await block.locator('.try-out__btn').click();
	return block;
}

/** Executes an operation. @returns what the page shows of the answer. */
async function execute(block: Locator): Promise<{status: string; body: string}> {
	await block.locator('.execute').click();
	const live = block.locator('.live-responses-table tbody .response').first();
	return {
		status: (await live.locator('.response-col_status').innerText()).trim(),
		body: await live
			.locator('.response-col_description .microlight, .response-col_description pre')
			.first()
			.innerText(),
	};
}

driven(`a person authorizes and tries both APIs out, plain and streamed${inBrowser}`, async t => {
	const keyed = auth({keys: [{name: 'ci', key}]});
	const {page, strays, complaints, asked} = await open(t, [apiDocs(), health(), keyed, mock(), routing()]);

	await page.locator('.auth-wrapper .authorize').click();
	await page.locator('input[aria-label="auth-bearer-value"]').fill(key);
	await page.locator('.auth-container', {hasText: 'bearer'}).locator('.authorize').click();
	await page.locator('.auth-container', {hasText: 'bearer'}).locator('.btn-done').click();

	const chat = await tryOut(page, 'OpenAI-post_v1_chat_completions');
	const plain = await execute(chat);
	t.is(plain.status, '200');
	t.regex(plain.body, /"content": "Hello"/);

	await chat.locator('.btn-clear').click();
	await chat.locator('.opblock-section-request-body .examples-select-element').selectOption('Streamed');
	const streamed = await execute(chat);
	t.is(streamed.status, '200');
	t.regex(streamed.body, /chat\.completion\.chunk[\s\S]*data: \[DONE\]/);

	const messages = await tryOut(page, 'Anthropic-post_v1_messages');
	const message = await execute(messages);
	t.is(message.status, '200');
	t.regex(message.body, /"type": "message"[\s\S]*"text": "Hello"/);

	await messages.locator('.btn-clear').click();
	await messages.locator('.opblock-section-request-body .examples-select-element').selectOption('Streamed');
	const events = await execute(messages);
	t.is(events.status, '200');
	t.regex(events.body, /event: message_start[\s\S]*event: message_stop/);

	t.deepEqual(strays, []);
	t.deepEqual(complaints, []);
	t.is(asked.filter(line => line === 'POST /v1/chat/completions').length, 2);
	t.is(asked.filter(line => line === 'POST /v1/messages').length, 2);
	const files = asked.filter(line => line.startsWith('GET')).sort();
	t.deepEqual(files, [
		'GET /openapi.json',
		'GET /swagger',
		'GET /swagger/',
		'GET /swagger/favicon-32x32.png',
		'GET /swagger/page.css',
		'GET /swagger/page.js',
		'GET /swagger/swagger-ui-bundle.js',
		'GET /swagger/swagger-ui.css',
	]);
});

driven(`a description for callers asks for a key, and takes it along to the calls${inBrowser}`, async t => {
	const keyed = auth({keys: [{name: 'ci', key}]});
	const {page, strays} = await open(t, [apiDocs({access: 'caller'}), keyed, mock(), routing()]);

	await page.locator('#key input').fill('somebody-else');
	await page.locator('#key button').click();
	await page.locator('#problem', {hasText: 'not one of this gateway'}).waitFor();
	t.is(await page.locator('.opblock').count(), 0);

	await page.locator('#key input').fill(key);
	await page.locator('#key button').click();
	const messages = await tryOut(page, 'Anthropic-post_v1_messages');
	t.is((await execute(messages)).status, '200');
	t.false(await page.locator('#key').isVisible());
	t.deepEqual(strays, []);
});

driven(`where nobody needs a key nobody is asked for one${inBrowser}`, async t => {
	const {page, strays, complaints} = await open(t, [apiDocs(), auth({anonymous: true}), mock(), routing()]);

	const chat = await tryOut(page, 'OpenAI-post_v1_chat_completions');
	t.is((await execute(chat)).status, '200');
	t.is(await page.locator('.auth-wrapper').count(), 0);
	t.deepEqual([strays, complaints], [[], []]);
});
