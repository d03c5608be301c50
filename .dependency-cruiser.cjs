// The layer rules of docs/decisions/0001: core knows nobody, a plugin knows core and itself, config knows both.
module.exports = {
	forbidden: [
		{
			name: 'core-imports-nothing-of-ours',
			severity: 'error',
			from: {path: '^core/'},
			to: {path: '^(plugins|config|test|docs)/'},
		},
		{
			name: 'plugins-import-core-through-its-index',
			severity: 'error',
			from: {path: '^plugins/'},
			to: {path: '^core/', pathNot: '^core/index\\.ts$'},
		},
		{
			name: 'plugins-import-no-config',
			severity: 'error',
			from: {path: '^plugins/'},
			to: {path: '^(config|test|docs)/'},
		},
		{
			name: 'a-plugin-imports-another-only-through-its-keys',
			severity: 'error',
			from: {path: '^plugins/([^/]+)/'},
			to: {path: '^plugins/', pathNot: ['^plugins/$1/', '^plugins/[^/]+/keys\\.ts$']},
		},
		{name: 'config-imports-no-test', severity: 'error', from: {path: '^config/'}, to: {path: '^(test|docs)/'}},
		{
			name: 'no-circular',
			severity: 'error',
			from: {},
			to: {circular: true, viaOnly: {dependencyTypesNot: ['type-only']}},
		},
		{name: 'no-orphans', severity: 'error', from: {orphan: true, pathNot: ['\\.d\\.ts$']}, to: {}},
	],
	options: {
		doNotFollow: {path: 'node_modules'},
		tsPreCompilationDeps: true,
		tsConfig: {fileName: 'tsconfig.json'},
	},
};
