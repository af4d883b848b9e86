/** One runner, three layers: `jest --selectProjects unit|workflow|e2e`. */
const transform = {
	'^.+\\.ts$': [
		'@swc/jest',
		{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
	],
};
const project = (displayName, testMatch, extra = {}) => ({
	displayName,
	testMatch,
	transform,
	testEnvironment: 'node',
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.demo/'],
	...extra,
});

module.exports = {
	projects: [
		project('unit', [
			'<rootDir>/lib/**/*.test.ts',
			'<rootDir>/test/unit/**/*.test.ts',
			'<rootDir>/test/simulators/**/*.test.ts',
		]),
		project('workflow', ['<rootDir>/test/workflow/**/*.test.ts']),
		project('e2e', ['<rootDir>/test/e2e/**/*.test.ts']),
	],
};
