import { configWithoutCloudSupport } from '@n8n/node-cli/eslint';

/** Nodes and credentials obey the official rules as they are; other code never sees an n8n node. */
export default [
	{ ignores: ['dist/', '.demo/', 'coverage/'] },
	...configWithoutCloudSupport,
	{
		files: ['lib/**/*.ts', 'test/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts'],
		// There is no node to name in a NodeApiError; nodes turn the library's errors into one.
		rules: { '@n8n/community-nodes/require-node-api-error': 'off' },
	},
	{
		files: ['test/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts'],
		rules: {
			// Simulators and tests have made-up keys of their own.
			'@n8n/community-nodes/no-hardcoded-secrets': 'off',
			// Tools start n8n and simulators as processes; none of this is in the package.
			'@n8n/community-nodes/no-dangerous-functions': 'off',
		},
	},
	{
		files: ['scripts/**/*.ts', 'bench/**/*.ts'],
		// Command-line tools speak to the person who started them.
		rules: { 'no-console': 'off' },
	},
];
