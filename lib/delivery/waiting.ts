/**
 * What waits for a client that is not made: a note, task, event or opportunity goes into a CRM after its client. While
 * the client's create is dead, no delivery of them is opened; this tells which they are. Computed, never remembered.
 */
import { desiredFields, type Registers } from '../merge/register';
import type { ObjectName } from '../model/objects';
import { titleOf } from '../model/title';
import type { DeadCreate } from '../store/dead-creates';
import type { StoreTransaction } from '../store/store';
import { Scene, type ConnectorOf, type EntityScene } from './scene';
import { awaitsClient } from './wanted';

export interface WaitingRecord {
	unifiedId: string;
	object: ObjectName;
	/** Where it is to be made. */
	system: string;
	title: string | null;
	/** The client without a record there. */
	client: { unifiedId: string; object: string; name: string | null };
	/** The client's create, and why it is dead. */
	deliveryId: number;
	clientReason: string | null;
	/** Still open; null: it was discarded, or retried in vain. */
	deadLetterId: number | null;
	reason: string;
}

/** Dead creates that are looked at, and records that wait for one of their clients. */
const MAX_CREATES = 1_000;
const MAX_WAITING = 5_000;
const MAX_LETTERS = 10_000;

/** Clients with the newest dead create first. `entityIds`: of these clients alone. */
export async function waitingRecords(
	tx: StoreTransaction,
	connectorOf: ConnectorOf,
	entityIds?: readonly string[],
): Promise<WaitingRecord[]> {
	const creates = await tx.deliveries.deadCreates(MAX_CREATES, entityIds);
	if (creates.length === 0) return [];
	const clients = [...new Set(creates.map(({ entityId }) => entityId))];
	const named = await tx.references.naming('client', clients, MAX_WAITING);
	if (named.length === 0) return [];
	const ids = [...new Set(named.map(({ entityId }) => entityId))];
	const scene = await Scene.load(tx, ids);
	const registers = await tx.registers.registers([...clients, ...ids]);
	const letters = new Map(
		(await tx.deadLetters.list('open', MAX_LETTERS)).map(({ id, deliveryId }) => [deliveryId, id]),
	);
	return creates.flatMap((create) => {
		const system = scene.systems.find(({ name }) => name === create.system);
		if (system === undefined) return [];
		const connector = connectorOf(system.connector);
		return named
			.filter(({ target }) => target === create.entityId)
			.map(({ entityId }) => scene.entity(entityId))
			.filter((entity) => awaitsClient(scene, entity, system, connector))
			.map((entity) => told(entity, create, registers, letters.get(create.id) ?? null));
	});
}

function told(
	{ entityId, object }: EntityScene,
	create: DeadCreate,
	registers: ReadonlyMap<string, Registers>,
	deadLetterId: number | null,
): WaitingRecord {
	const named = (id: string) => titleOf(desiredFields(registers.get(id) ?? {}));
	const { system, entityId: clientId, object: clientObject, id: deliveryId } = create;
	const what = deadLetterId === null ? 'was given up' : `is dead letter ${deadLetterId}`;
	const hint =
		deadLetterId === null
			? `Edit the client to have it made there`
			: `Repair what it names, then retry it`;
	return {
		...{ unifiedId: entityId, object, system, title: named(entityId) },
		client: { unifiedId: clientId, object: clientObject, name: named(clientId) },
		...{ deliveryId, clientReason: create.reason, deadLetterId },
		reason: `Waits for its client ${clientId}, who is not in ${system}: the create of the client there ${what}. ${hint}.`,
	};
}
