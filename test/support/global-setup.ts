import { closeBroker, openBroker } from './postgres-broker';

/** jest loads set-up and tear-down apart from each other; this is how the one reaches the other. */
const HANDLE = Symbol.for('crm-fabric.close-broker');

export default async function setUp(): Promise<void> {
	await openBroker();
	const shared = globalThis as { [HANDLE]?: () => Promise<void> };
	shared[HANDLE] ??= closeBroker;
}
