const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/**
 * One runner, three layers: `jest --selectProjects unit|workflow|e2e`. `postgres` runs the unit tests of
 * the hub again on PostgreSQL; its server starts with the first test that asks for it.
 */
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

/** Tests of the hub: those that open a TestHub (test/unit/support/hub.ts). */
function hubTests() {
	const files = ['lib', 'test/unit', 'test/connectors'].flatMap((folder) =>
		readdirSync(join(__dirname, folder), { recursive: true }).map((file) => join(folder, file)),
	);
	const isHubTest = (file) =>
		file.endsWith('.test.ts') && readFileSync(join(__dirname, file), 'utf8').includes('TestHub');
	return files.filter(isHubTest).map((file) => `<rootDir>/${file}`);
}

const withPostgres = {
	globalSetup: '<rootDir>/test/support/global-setup.ts',
	globalTeardown: '<rootDir>/test/support/global-teardown.ts',
	setupFiles: ['<rootDir>/test/support/chance-of-properties.ts'],
	setupFilesAfterEnv: ['<rootDir>/test/support/patience.ts'],
};

module.exports = {
	// The end-to-end tests mostly wait; each holds an n8n of its own, so that more would cost memory.
	maxWorkers: 2,
	projects: [
		project(
			'unit',
			[
				'<rootDir>/lib/**/*.test.ts',
				'<rootDir>/test/unit/**/*.test.ts',
				'<rootDir>/test/connectors/**/*.test.ts',
				'<rootDir>/test/simulators/**/*.test.ts',
				'<rootDir>/test/simulation/**/*.test.ts',
			],
			withPostgres,
		),
		project('postgres', hubTests(), { ...withPostgres, globals: { HUB_STORE: 'postgres' } }),
		project('workflow', ['<rootDir>/test/workflow/**/*.test.ts']),
		project('e2e', ['<rootDir>/test/e2e/**/*.test.ts']),
	],
};
