// Yardstick: Koa and undici.request, nothing else.
import Koa from 'koa';
import {Pool} from 'undici';
import {readBody} from './read-body.js';

const pool = new Pool(process.env['UPSTREAM'] ?? '', {connections: 1024});
const app = new Koa();

app.use(async ctx => {
	const answer = await pool.request({
		method: 'POST',
		path: ctx.url,
		headers: {authorization: ctx.get('authorization'), 'content-type': ctx.get('content-type')},
		body: await readBody(ctx.req),
	});
	const type = String(answer.headers['content-type']);
	ctx.status = answer.statusCode;
	ctx.set('content-type', type);
	ctx.body = type.startsWith('text/event-stream') ? answer.body : Buffer.from(await answer.body.arrayBuffer());
});
app.listen(Number(process.env['PORT']), '127.0.0.1');
