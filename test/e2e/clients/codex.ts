/** Codex on a model of Anthropic's format: `node dist/test/e2e/clients/codex.js`. */

import fs from 'node:fs';
import path from 'node:path';
import {type Asked, formats, object, objects, type Saying} from '../../helpers/scripted/index.js';
import {cleanEnvironment, clientRig, emptyFolder, gatewayKey, installed, Report, run, secretWord} from './support.js';

const version = '0.169.0';
const report = new Report();
const folder = await installed(`@openai/codex@${version}`);
const program = path.join(folder, 'node_modules/.bin/codex');

/** Runs a command in whatever shell tool is on offer, then says what came of it. */
function script(file: string) {
	const inputs: Readonly<Record<string, object>> = {
		exec_command: {cmd: `cat ${file}`},
		shell_command: {command: `cat ${file}`},
		shell: {command: ['cat', file]},
	};
	return ({tools, results}: Asked): Saying => {
		const tool = Object.keys(inputs).find(name => tools.includes(name));
		if (tool === undefined) return {text: 'Aside'};
		const result = results.at(-1);
		if (result !== undefined) return {text: `The file says ${/word-\w+/.exec(result.text)?.[0]}.`};
		return {
			thinking: 'I must look into the file.',
			text: 'I will look.',
			calls: [{id: 'toolu_01AbCdEf', name: tool, arguments: JSON.stringify(inputs[tool])}],
		};
	};
}

/** The config that tells Codex of the gateway, as its documentation has it. */
function config(url: string, model: string): string {
	return [
		`model = "${model}"`,
		'model_provider = "tapgate"',
		'approval_policy = "never"',
		'check_for_update_on_startup = false',
		'[analytics]',
		'enabled = false',
		'[model_providers.tapgate]',
		'name = "tapgate"',
		`base_url = "${url}/v1"`,
		'env_key = "TAPGATE_KEY"',
		'wire_api = "responses"',
		'request_max_retries = 0',
		'stream_max_retries = 0',
	].join('\n');
}

async function tryOut(model: string): Promise<void> {
	await report.begin(`Codex ${version}, anthropic-messages model, asked for as ${model}`);
	const home = emptyFolder();
	const codexHome = path.join(home, '.codex');
	const work = path.join(home, 'work');
	for (const made of [codexHome, work]) fs.mkdirSync(made);
	const word = secretWord();
	const file = path.join(work, 'note.txt');
	fs.writeFileSync(file, `${word}\n`);
	const rig = await clientRig(formats['anthropic-messages'], script(file), ['gpt-5-codex']);
	fs.writeFileSync(path.join(codexHome, 'config.toml'), config(rig.gateway.url, model));
	try {
		// No sandbox: it is the machine's business, and not every machine has what it takes.
		const flags = ['--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'];
		const {code, stdout, stderr} = await run(program, ['exec', ...flags, 'What does the file say?'], {
			cwd: work,
			seconds: 90,
			environment: {...cleanEnvironment(home), CODEX_HOME: codexHome, TAPGATE_KEY: gatewayKey},
		});
		const lines = stdout.split('\n').flatMap(line => (line.startsWith('{') ? [object(JSON.parse(line))] : []));
		const items = objects(lines.filter(({type}) => type === 'item.completed').map(({item}) => item));
		const all = `${rig.calls.join('\n')}\n${stdout.slice(-4000)}\n${stderr.slice(-2000)}`;
		report.check('it ends well', code === 0, all);
		report.check(
			'the command does its work',
			items.some(item => item['type'] === 'command_execution' && item['exit_code'] === 0),
			all,
		);
		report.check(
			'it says what the file says',
			items.some(({text}) => text === `The file says ${word}.`),
			all,
		);
		report.check(
			'it shows the thinking',
			items.some(({type}) => type === 'reasoning'),
			items,
		);
		report.check(
			'the turn is complete',
			lines.some(({type}) => type === 'turn.completed'),
			all,
		);
		const second = rig.model.asked.find(({results}) => results.length > 0);
		report.check('the model gets its own id back', second?.calls[0]?.id === 'toolu_01AbCdEf', second?.body);
		report.check('the result is matched to the call', second?.results[0]?.id === 'toolu_01AbCdEf', second?.body);
		report.rig(rig);
	} finally {
		await rig.stop();
	}
}

await tryOut('model.claude-sonnet-4-5');
await tryOut('gpt-5-codex');
report.end();
