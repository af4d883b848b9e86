const HANDLE = Symbol.for('crm-fabric.close-broker');

export default async function tearDown(): Promise<void> {
	await (globalThis as { [HANDLE]?: () => Promise<void> })[HANDLE]?.();
}
