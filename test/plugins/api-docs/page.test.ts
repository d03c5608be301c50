import {request} from 'node:http';
import test from 'ava';
import {apiDocs} from 'tapgate/plugins';
import {basics, startGateway} from 'tapgate/testing';

/** Asks for a path as it stands: no client cleans it up first. */
function ask(port: number, path: string): Promise<{status: number | undefined; body: string}> {
	return new Promise((resolve, reject) => {
		const asking = request({port, host: '127.0.0.1', path}, answer => {
			let body = '';
			answer.setEncoding('utf8');
			answer.on('data', (piece: string) => {
				body += piece;
			});
			answer.on('end', () => resolve({status: answer.statusCode, body}));
		});
		asking.on('error', reject);
		asking.end();
	});
}

test('the page and everything that it names is served from here', async t => {
	const gateway = await startGateway({plugins: [...basics(), apiDocs()]});
	t.teardown(gateway.stop);
	const page = await gateway.get('/swagger/');
	t.is(page.status, 200);
	t.is(page.headers.get('content-type'), 'text/html; charset=utf-8');
	const html = await page.text();
	const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => name ?? '');
	const types = {
		js: 'text/javascript; charset=utf-8',
		css: 'text/css; charset=utf-8',
		png: 'image/png',
		json: 'application/json; charset=utf-8',
	};
	t.deepEqual(named.sort(), [
		'../openapi.json',
		'favicon-32x32.png',
		'page.css',
		'page.js',
		'swagger-ui-bundle.js',
		'swagger-ui.css',
	]);
	for (const name of named) {
		const answer = await gateway.get(new URL(name, 'http://host/swagger/').pathname);
		t.is(answer.status, 200, name);
		t.is(answer.headers.get('content-type'), types[name.split('.').at(-1) as keyof typeof types], name);
		t.is(answer.headers.get('x-content-type-options'), 'nosniff', name);
		t.is(
			(
				await gateway.get(new URL(name, 'http://host/swagger/').pathname, {
					'if-none-match': answer.headers.get('etag') ?? '',
				})
			).status,
			304,
			name,
		);
	}
	t.is((await gateway.get('/swagger/swagger-ui-bundle.js.LICENSE.txt')).status, 200);
});

test('the page may run its own script and speak to its own gateway, and no more', async t => {
	const gateway = await startGateway({plugins: [...basics(), apiDocs()]});
	t.teardown(gateway.stop);
	const page = await gateway.get('/swagger/');
	const policy = page.headers.get('content-security-policy') ?? '';
	t.regex(policy, /default-src 'none'/);
	t.notRegex(policy, /unsafe|https?:|\*/);
	const html = await page.text();
	t.notRegex(html, /<script(?![^>]*\bsrc=)|<style|\son\w+=|style=|https?:\/\//);
});

test('the name without its slash leads to the page, under any prefix', async t => {
	const gateway = await startGateway({plugins: [...basics(), apiDocs()]});
	t.teardown(gateway.stop);
	const answer = await fetch(`${gateway.url}/swagger`, {redirect: 'manual'});
	t.is(answer.status, 302);
	t.is(answer.headers.get('location'), 'swagger/');
});

test('nothing else of the disk is under the page', async t => {
	const gateway = await startGateway({plugins: [...basics(), apiDocs()]});
	t.teardown(gateway.stop);
	for (const path of [
		'/swagger/package.json',
		'/swagger/index.js',
		'/swagger/swagger-ui.js',
		'/swagger/../package.json',
		'/swagger/../../package.json',
		'/swagger/..%2fpackage.json',
		'/swagger/%2e%2e/package.json',
		'/swagger/%2e%2e%2fpackage.json',
		'/swagger/..\\package.json',
		'/swagger//package.json',
		'/swagger/page.js%00.txt',
		'/swagger/constructor',
		'/swagger/__proto__',
	]) {
		const {status, body} = await ask(gateway.port, path);
		t.true(status === 400 || status === 404, `${path}: ${status}`);
		t.regex(body, /unknown_route|invalid_path/, path);
	}
});
