import {inspect} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import pg from 'pg';
import {ConfigError, Secret} from '../../../core/index.js';
import {type Connection, readConnection} from '../../../plugins/request-log/connection.js';

const password = ({pg}: Connection): string => pg.password();

const error = (text: string): string => {
	try {
		readConnection(text);
	} catch (thrown) {
		if (thrown instanceof ConfigError) return thrown.message;
		throw thrown;
	}
	return '';
};

test('the URL form', t => {
	const connection = readConnection(
		'postgresql://ann:pa%20ss%40@db.example.com:6543/rec%2Fords?application_name=one%20two&connect_timeout=7&keepalives_idle=30',
	);
	t.like(connection.pg, {
		user: 'ann',
		host: 'db.example.com',
		port: 6543,
		database: 'rec/ords',
		ssl: false,
		application_name: 'one two',
		connectionTimeoutMillis: 7000,
		keepAlive: true,
		keepAliveInitialDelayMillis: 30_000,
	});
	t.is(password(connection), 'pa ss@');
	t.is(connection.shown, 'postgres://ann@db.example.com:6543/rec%2Fords?sslmode=disable');
});

test('the keyword form, quoted and escaped as libpq does, and as SQL does', t => {
	const connection = readConnection(
		String.raw`host = /run/pg port=5433 user='a b' password='it''s \'\\ =' dbname=x\ y options='-c geqo=off'`,
	);
	t.like(connection.pg, {user: 'a b', host: '/run/pg', port: 5433, database: 'x y', options: '-c geqo=off'});
	t.is(password(connection), String.raw`it's '\ =`);
	t.is(connection.shown, 'postgres://a%20b@/x%20y?host=/run/pg&port=5433');
});

test('Unix sockets, IPv6 and what is left out', t => {
	t.like(readConnection('postgres:///d?host=/tmp&user=u').pg, {host: '/tmp', database: 'd', user: 'u', port: 5432});
	t.like(readConnection('postgres://u@%2Fvar%2Frun/d').pg, {host: '/var/run', database: 'd'});
	t.like(readConnection('postgres://u@[::1]:7/d').pg, {host: '::1', port: 7});
	t.is(readConnection('postgres://u@[::1]:7/d').shown, 'postgres://u@[::1]:7/d?sslmode=disable');
	t.like(readConnection('user=u').pg, {
		host: 'localhost',
		port: 5432,
		database: 'u',
		user: 'u',
		application_name: 'tapgate',
	});
	t.like(readConnection(new Secret('DSN', ' user=u\n')).pg, {user: 'u'});
});

test.serial('the environment of libpq is not asked', t => {
	const before = {...process.env};
	t.teardown(() => {
		process.env = before;
	});
	Object.assign(process.env, {
		PGPASSWORD: 'from outside',
		PGUSER: 'x',
		PGHOST: 'y',
		PGSSLMODE: 'require',
		PGDATABASE: 'z',
	});
	const client = new pg.Client(readConnection('user=u').pg);
	t.like(client, {user: 'u', host: 'localhost', database: 'u', ssl: false});
	t.is(password(readConnection('user=u')), '');
	t.regex(error('host=y'), /^user: is missing/);
});

const refusals: readonly (readonly [string, RegExp])[] = [
	['', /expected a Postgres connection string/],
	['mysql://u:secret@h/d', /expected a Postgres connection string/],
	['database', /expected a Postgres connection string/],
	['postgres://u:secret@h:x/d', /percent-encoded/],
	['postgres://u:sec@ret@h/d', /percent-encoded/],
	['postgres://u:sec/ret@h/d', /percent-encoded/],
	['postgres://u:1/secret@h/d', /percent-encoded/],
	['postgres://u:secret%zz@h/d', /^password: not percent-encoded/],
	['postgres://u:secret%00@h/d', /^password: not percent-encoded/],
	['postgres://u@h/d?sslmode', /keyword=value pairs/],
	['postgres://u@h:70000/d', /^port: expected a whole number from 1 to 65535/],
	['postgres://u@h1,h2/d', /^host: several hosts/],
	['user=u password=secret word', /expected keyword=value after 2 pairs/],
	["user=u password='secret", /expected keyword=value after 1 pairs/],
	["user=u password='secret'word x=y", /expected keyword=value after 1 pairs/],
	['user=u password=my secret=x', /unknown keyword; known are application_name/],
	['user=u sslmod=require', /did you mean "sslmode"\?/],
	['postgres://u@h/d?conect_timeout=3', /did you mean "connect_timeout"\?/],
	['user=u sslmode=prefer', /^sslmode: "prefer" leaves it to the server/],
	['user=u sslmode=allow', /^sslmode: "allow" leaves it to the server/],
	['user=u sslmode=no-verify', /^sslmode: expected one of disable, require/],
	['user=u host=/tmp sslmode=require', /^sslmode: a Unix socket is not encrypted/],
	['user=u sslmode=verify-ca', /^sslrootcert: sslmode=verify-ca needs/],
	['user=u sslmode=require sslrootcert=system', /^sslmode: sslrootcert=system goes with/],
	['user=u sslmode=verify-full sslrootcert=/no/such.pem', /^sslrootcert: the file cannot be read: .*\/no\/such.pem/],
	['user=u sslmode=verify-full sslrootcert=/etc/hostname', /^sslrootcert: the file holds no certificate/],
	['user=u sslmode=require sslcert=/etc/hostname', /^sslkey: sslcert and sslkey go together/],
	['user=u sslrootcert=/etc/hostname', /^sslrootcert: has no effect without sslmode=require/],
	['user=u sslnegotiation=direct', /^sslnegotiation: "direct" needs sslmode/],
	['user=u channel_binding=require', /^channel_binding: the driver can do "disable" and "prefer" only/],
	['user=u target_session_attrs=read-write', /^target_session_attrs: the driver can do "any" only/],
	['user=u client_encoding=LATIN1', /^client_encoding: the driver can do/],
	['user=u gssencmode=require', /^gssencmode: the driver can do/],
	['user=u hostaddr=10.0.0.1', /^hostaddr: the driver cannot do/],
	['user=u passfile=/x', /^passfile: the driver cannot do/],
	['user=u service=x', /^service: the driver cannot do/],
	['user=u connect_timeout=soon', /^connect_timeout: expected a whole number/],
];

for (const [text, message] of refusals) {
	test(`refused without a word of the value: ${text}`, t => {
		t.regex(error(text), message);
		t.notRegex(error(text), /secret|ret@h/);
	});
}

test('nothing that prints a connection prints the password', t => {
	const connection = readConnection('postgres://ann:hunter2@h/d');
	for (const thing of [connection, connection.pg]) {
		t.notRegex(inspect(thing, {depth: 9, showHidden: true}), /hunter2/);
		t.notRegex(JSON.stringify(thing), /hunter2/);
	}
	t.notRegex(connection.shown, /hunter2/);
	t.notRegex(readConnection('postgres://ann%3Ahunter2@h/d').shown, /hunter2/);
});

const word = fc.string({unit: 'binary', minLength: 1, maxLength: 20}).filter(text => !text.includes('\0'));
const values = fc.record({
	user: word,
	password: word,
	dbname: word,
	host: fc.oneof(fc.domain(), fc.ipV4(), fc.constant('/var/run/postgresql')),
	port: fc.integer({min: 1, max: 65_535}).map(String),
	application_name: word,
});
type Values = typeof values extends fc.Arbitrary<infer Value> ? Value : never;

const asUrl = ({user, password, dbname, host, port, application_name}: Values): string => {
	const [u, p, d, h, a] = [user, password, dbname, host, application_name].map(encodeURIComponent);
	return `postgres://${u}:${p}@${h}:${port}/${d}?application_name=${a}`;
};
const asQuery = (given: Values): string =>
	`postgres://?${Object.entries(given)
		.map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
		.join('&')}`;
const quoted = (given: Values): string =>
	Object.entries(given)
		.map(([name, value]) => `${name} = '${value.replace(/['\\]/g, '\\$&')}'`)
		.join('\n');
const escaped = (given: Values): string =>
	Object.entries(given)
		.map(([name, value]) => `${name}=${value.replace(/[ \t\n\v\f\r'\\]/g, '\\$&')}`)
		.join(' ');

for (const [name, write] of Object.entries({asUrl, asQuery, quoted, escaped})) {
	test(`whatever the values are, they are read as they were written: ${name}`, t => {
		fc.assert(
			fc.property(values, given => {
				const connection = readConnection(write(given));
				const {user, database, host, port, application_name} = connection.pg;
				t.deepEqual(
					{user, dbname: database, host, port: String(port), application_name, password: password(connection)},
					given,
				);
			}),
		);
	});
}

test('no text at all makes it throw anything but a ConfigError, or tell a password written without care', t => {
	const careless = fc.string({unit: fc.constantFrom('@', '/', ':', '?', '=', '&', '%', ' ', "'", '\\', '#', 'a', '1')});
	fc.assert(
		fc.property(
			careless,
			careless,
			fc.constantFrom('postgres://', 'user=u password=', 'password='),
			(before, after, start) => {
				const text = `${start}${start === 'postgres://' ? 'u:' : ''}${before}Xq7Z${after}${start === 'postgres://' ? '@h/d' : ''}`;
				try {
					const {shown, pg} = readConnection(text);
					// What the rules of libpq make a part of another value is no password any more.
					const elsewhere = [pg.user, pg.host, pg.database, pg.application_name].some(value => value?.includes('Xq7Z'));
					t.true(elsewhere || !shown.includes('Xq7Z'), text);
				} catch (thrown) {
					if (!(thrown instanceof ConfigError)) throw thrown;
					t.false(thrown.message.includes('Xq7Z'), `${text}: ${thrown.message}`);
				}
			},
		),
		{numRuns: 2000},
	);
});
