import {defineConfig} from 'tapgate';
import {wholePlugins} from './plugins.js';

export default defineConfig({
	server: {port: Number(process.env['PORT'] ?? 0)},
	plugins: wholePlugins(),
});
