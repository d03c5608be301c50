/** Stands for a gateway in the drill: starts the embedded database, says so, and stays until it is ended. */

import {startEmbedded} from '../../plugins/request-log/embedded/index.js';

const [dataDir = ''] = process.argv.slice(2);
const say = (level: string) => (message: string) => void process.stderr.write(`${level} ${message}\n`);
const log = {debug: () => {}, info: () => {}, warn: say('warn'), error: say('error')};
const embedded = await startEmbedded({dataDir, log});
process.send?.('ready');
process.once('message', async () => {
	await embedded.stop();
	process.exit();
});
