import test, {type ExecutionContext} from 'ava';
import {createLog} from '../../config/log.js';
import {ConfigError, describe, type Log, Secret} from '../../core/index.js';

/** What goes to stderr while `write` logs. */
function written(t: ExecutionContext, {tty}: {tty: boolean}, write: (log: Log) => void): string {
	const {stderr} = process;
	const {isTTY, write: original} = stderr;
	let text = '';
	t.teardown(() => Object.assign(stderr, {isTTY, write: original}));
	Object.assign(stderr, {
		isTTY: tty,
		write(chunk: string) {
			text += chunk;
			return true;
		},
	});
	try {
		write(createLog({fields: {worker: 2}}));
	} finally {
		Object.assign(stderr, {isTTY, write: original});
	}
	return text;
}

const circular: Record<string, unknown> = {};
circular['self'] = circular;
const secretly = new Secret('KEY', 'canary-value');

test.serial('off a terminal a line is one JSON object', t => {
	const text = written(t, {tty: false}, log => {
		log.info('hello\nthere', {count: 3, secretly, message: 'not this', circular, big: 7n});
		log.debug('not at this level');
	});
	t.is(text.split('\n').length, 2);
	const {time, ...line} = JSON.parse(text);
	t.false(Number.isNaN(Date.parse(time)));
	t.like(line, {level: 'info', message: 'hello\nthere', worker: 2, count: 3, secretly: '[secret KEY]', big: '7'});
});

test.serial('on a terminal a line is for people, with the stack below it', t => {
	const text = written(t, {tty: true}, log => {
		log.warn('careful', {providers: ['a', 'b'], note: 'two words', bell: '\u0007', circular, secretly});
		log.error('failed', describe(new Error('outer', {cause: new Error('inner')})));
	});
	t.regex(
		text,
		/^\d\d:\d\d:\d\d \S*warn\S* careful worker=2 providers=a,b note='two words' bell='\\x07' circular=<ref \*1> .* secretly=\[secret KEY\]$/m,
	);
	t.regex(text, /failed worker=2 error=outer\n {2}Error: outer\n[\s\S]*\n {2}Error: inner\n/);
	t.false(text.includes('canary'));
});

test.serial('TAPGATE_LOG_LEVEL decides what is logged', t => {
	t.teardown(() => {
		delete process.env['TAPGATE_LOG_LEVEL'];
	});
	process.env['TAPGATE_LOG_LEVEL'] = 'warn';
	t.is(
		written(t, {tty: false}, log => log.info('quiet')),
		'',
	);
	process.env['TAPGATE_LOG_LEVEL'] = 'loud';
	t.throws(() => createLog(), {
		instanceOf: ConfigError,
		message: /expected one of error, warn, info, debug, found "loud"$/,
	});
});
