/** Claude Code on models of OpenAI's formats: `node dist/test/e2e/clients/claude-code.js`. */

import fs from 'node:fs';
import path from 'node:path';
import {type Asked, encryptedReasoning, formats, object, objects, type Saying} from '../../helpers/scripted/index.js';
import {
	type ClientRig,
	cleanEnvironment,
	clientRig,
	emptyFolder,
	gatewayKey,
	installed,
	Report,
	run,
	secretWord,
} from './support.js';

const version = '2.1.329';
const report = new Report();
const folder = await installed(`@anthropic-ai/claude-code@${version}`);
const program = path.join(folder, 'node_modules/.bin/claude');

/** Calls that are made at once may end in any order. */
const [worksId, failsId] = ['call_Ab12', 'call_Cd34'] as const;

/** Calls the tool twice at once, the second time in vain, then says what it has read; calls on the side get a word. */
function script(tool: 'Bash' | 'Read', file: string) {
	const call = (id: string, path: string) => {
		const input = tool === 'Bash' ? {command: `cat ${path}`, description: 'Print the file'} : {file_path: path};
		return {id, name: tool, arguments: JSON.stringify(input)};
	};
	return ({tools, results}: Asked): Saying => {
		if (!tools.includes(tool)) return {text: 'Aside'};
		const first = results.find(({id}) => id === worksId);
		if (first !== undefined) return {text: `The file says ${/word-\w+/.exec(first.text)?.[0]}.`};
		return {
			thinking: 'I must look into the file.',
			text: 'I will look.',
			calls: [call(worksId, file), call(failsId, `${file}.gone`)],
		};
	};
}

interface Case {
	readonly format: 'openai-chat' | 'openai-responses';
	readonly tool: 'Bash' | 'Read';
	readonly prefix: '' | '/anthropic';
	/** Which variable holds the key. */
	readonly credential: 'ANTHROPIC_AUTH_TOKEN' | 'ANTHROPIC_API_KEY';
}

async function converse(rig: ClientRig, home: string, {tool, prefix, credential}: Case) {
	const args = ['-p', 'What does the file say?', '--allowedTools', tool, '--output-format', 'stream-json', '--verbose'];
	return await run(program, args, {
		cwd: home,
		seconds: 90,
		environment: {
			...cleanEnvironment(home),
			CLAUDE_CONFIG_DIR: path.join(home, '.claude'),
			ANTHROPIC_BASE_URL: `${rig.gateway.url}${prefix === '' ? '/' : prefix}`,
			[credential]: gatewayKey,
			ANTHROPIC_MODEL: 'model.gpt-5',
			ANTHROPIC_DEFAULT_HAIKU_MODEL: 'model.gpt-5',
			CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
			DISABLE_AUTOUPDATER: '1',
			DISABLE_TELEMETRY: '1',
			DISABLE_ERROR_REPORTING: '1',
		},
	});
}

/** Lines of the output that are JSON objects. */
function told(stdout: string) {
	return stdout.split('\n').flatMap(line => (line.startsWith('{') ? [object(JSON.parse(line))] : []));
}

async function tryOut(given: Case): Promise<void> {
	await report.begin(
		`Claude Code ${version}, ${given.format} model, ${given.tool}, ${given.prefix}/, ${given.credential}`,
	);
	const home = emptyFolder();
	const word = secretWord();
	const file = path.join(home, 'note.txt');
	fs.writeFileSync(file, `${word}\n`);
	const rig = await clientRig(formats[given.format], script(given.tool, file));
	try {
		const {code, stdout, stderr} = await converse(rig, home, given);
		const lines = told(stdout);
		const blocks = lines.flatMap(line => objects(object(line['message'])['content']));
		const result = lines.find(({type}) => type === 'result');
		const all = `${rig.calls.join('\n')}\n${stdout.slice(-4000)}\n${stderr.slice(-2000)}`;
		report.check('it ends well', code === 0, all);
		report.check(
			'it calls the tool',
			blocks.some(({type, name}) => type === 'tool_use' && name === given.tool),
			all,
		);
		const failed = blocks.filter(block => block['is_error'] === true).map(block => block['tool_use_id']);
		report.check('one call does its work, the other fails', String(failed) === failsId, all);
		report.check('it says what the file says', result?.['result'] === `The file says ${word}.`, result ?? all);
		report.check('it knows of no error', result?.['is_error'] === false, result);
		const second = rig.model.asked.find(({results}) => results.length > 0);
		const ids = [worksId, failsId].join();
		const shown = second?.body['messages'] ?? second?.body['input'];
		report.check('the model gets its own ids back', second?.calls.map(({id}) => id).join() === ids, shown);
		report.check(
			'each call has its result',
			second?.results
				.map(({id}) => id)
				.sort()
				.join() === ids,
			shown,
		);
		const failure = second?.results.find(({id}) => id === failsId)?.text ?? '';
		report.check('the failure is told', /no such file|not exist/i.test(failure), failure);
		if (given.format === 'openai-responses') {
			const reasoning = objects(second?.body['input']).find(({type}) => type === 'reasoning');
			report.check(
				'the reasoning comes back as it was',
				reasoning?.['encrypted_content'] === encryptedReasoning,
				reasoning,
			);
		}
		report.rig(rig);
	} finally {
		await rig.stop();
	}
}

await tryOut({format: 'openai-chat', tool: 'Bash', prefix: '', credential: 'ANTHROPIC_AUTH_TOKEN'});
await tryOut({format: 'openai-chat', tool: 'Read', prefix: '/anthropic', credential: 'ANTHROPIC_API_KEY'});
await tryOut({format: 'openai-responses', tool: 'Bash', prefix: '', credential: 'ANTHROPIC_API_KEY'});
await tryOut({format: 'openai-responses', tool: 'Read', prefix: '/anthropic', credential: 'ANTHROPIC_AUTH_TOKEN'});
report.end();
