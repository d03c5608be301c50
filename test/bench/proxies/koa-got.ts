// Yardstick: Koa and got's promise API, as everybody writes it.
import got from 'got';
import Koa from 'koa';
import {readBody} from './read-body.js';

const upstream = process.env['UPSTREAM'] ?? '';
const app = new Koa();

app.use(async ctx => {
	const url = upstream + ctx.url;
	const body = await readBody(ctx.req);
	const headers = {authorization: ctx.get('authorization'), 'content-type': ctx.get('content-type')};
	if (body.includes('"stream":true')) {
		ctx.set('content-type', 'text/event-stream');
		ctx.body = got.stream.post(url, {body, headers});
		return;
	}
	const answer = await got.post(url, {body, headers, throwHttpErrors: false});
	ctx.status = answer.statusCode;
	ctx.set('content-type', answer.headers['content-type'] ?? 'application/json');
	ctx.body = answer.body;
});
app.listen(Number(process.env['PORT']), '127.0.0.1');
