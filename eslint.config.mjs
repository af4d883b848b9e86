import { configWithoutCloudSupport } from '@n8n/node-cli/eslint';

/**
 * Nodes and credentials obey the official rules as they are. The rest is code that never sees an
 * n8n node, so the two rules about how a node speaks to n8n do not fit there.
 */
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
		// Simulators and tests have made-up keys of their own.
		rules: { '@n8n/community-nodes/no-hardcoded-secrets': 'off' },
	},
];
