export default {
	files: ['dist/test/**/*.test.js'],
	timeout: '60s',
	environmentVariables: {TAPGATE_TEST: '1'},
};
