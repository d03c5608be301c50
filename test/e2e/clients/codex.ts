/** Codex on a model of Anthropic's format: `node dist/test/e2e/clients/codex.js`. */

import fs from 'node:fs';
import path from 'node:path';
import {type Asked, type Call, formats, object, objects, type Saying} from '../../helpers/scripted/index.js';
import {cleanEnvironment, clientRig, emptyFolder, gatewayKey, installed, Report, run, secretWord} from './support.js';

const version = '0.169.0';
const report = new Report();
const folder = await installed(`@openai/codex@${version}`);
const program = path.join(folder, 'node_modules/.bin/codex');

/** The models that Codex knows get code to run, all others a shell; with each a second tool, out of a namespace. */
function calls(tools: readonly string[], file: string): readonly Call[] {
	const command = `cat ${file}`;
	const offered: Readonly<Record<string, object>> = {
		exec_command: {cmd: command},
		multi_agent_v1__close_agent: {target: 'nobody'},
		functions__exec: {input: `text(await tools.exec_command({cmd: ${JSON.stringify(command)}}));`},
		clock__sleep: {duration_ms: 1},
	};
	return Object.entries(offered)
		.filter(([name]) => tools.includes(name))
		.map(([name, input], index) => ({id: `toolu_0${index}AbCd`, name, arguments: JSON.stringify(input)}));
}

/** Thinks, calls, and says what came of it. */
function script(file: string) {
	return ({tools, results}: Asked): Saying => {
		const [first] = results;
		if (first !== undefined) return {text: `The file says ${/word-\w+/.exec(first.text)?.[0]}.`};
		return {thinking: 'I must look into the file.', text: 'I will look.', calls: calls(tools, file)};
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
	const rig = await clientRig(formats['anthropic-messages'], script(file), ['gpt-5-codex', 'gpt-6.1-sol']);
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
		const ids = ['toolu_00AbCd', 'toolu_01AbCd'];
		report.check(
			'the model gets its own ids back',
			String(second?.calls.map(({id}) => id)) === String(ids),
			second?.body,
		);
		report.check(
			'each call has its result',
			String(second?.results.map(({id}) => id)) === String(ids),
			second?.body['messages'],
		);
		const spaced = second?.results[1]?.text ?? 'unsupported';
		report.check('tools in a namespace are found', !spaced.includes('unsupported'), spaced);
		report.rig(rig);
	} finally {
		await rig.stop();
	}
}

await tryOut('model.claude-sonnet-4-5');
await tryOut('gpt-5-codex');
await tryOut('gpt-6.1-sol');
report.end();
