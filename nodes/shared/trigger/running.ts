/** One reader a system: two would move one cursor, and each would take the other's events. */
import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import type { Fabric } from '../../../lib';

interface Reader {
	/** Workflow and node. */
	owner: string;
	close: () => Promise<void>;
}

const readers = new WeakMap<Fabric, Map<string, Reader>>();

/**
 * Takes the system for this trigger. The same node started again (n8n did not close it) replaces
 * itself; another node's system is refused with NodeOperationError. Returns how to let go.
 */
export async function claimSystem(
	context: ITriggerFunctions,
	fabric: Fabric,
	system: string,
	close: () => Promise<void>,
): Promise<() => void> {
	const running = readers.get(fabric) ?? new Map<string, Reader>();
	readers.set(fabric, running);
	const node = context.getNode();
	const owner = `${context.getWorkflow().id ?? ''}/${node.id}`;
	const known = running.get(system);
	if (known !== undefined && known.owner !== owner) {
		throw new NodeOperationError(
			node,
			`The system "${system}" is read by another trigger already`,
			{
				description:
					"Deactivate the other workflow, or give this account another 'System Name' if it is another account.",
			},
		);
	}
	const reader: Reader = { owner, close };
	running.set(system, reader);
	await known?.close();
	return () => {
		if (running.get(system) === reader) running.delete(system);
	};
}
