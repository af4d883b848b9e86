/** What people ask of the store: what the fabric knows of a client, and what waits. Read only. */
import type { ConnectorOf } from '../delivery/scene';
import { waitingRecords } from '../delivery/waiting';
import { desiredFields } from '../merge/register';
import type { CanonicalFields } from '../model/fields';
import { circuitAccount } from '../connectors/circuit';
import { readCircuit, statusOf, type CircuitStatus } from '../connectors/circuit-state';
import { REVIEW_KINDS, type Link, type ReviewKind, type SystemRow } from '../model/rows';
import type { PushOutcome } from '../model/push';
import type { StoreTransaction } from '../store/store';

export interface EntityView {
	unifiedId: string;
	fields: CanonicalFields;
	links: Link[];
}

export interface Metrics {
	inbox: Array<{ system: string; state: string; count: number }>;
	deliveries: Array<{ system: string; state: string; count: number }>;
	openReviews: number;
	/** Open reviews by kind. */
	reviews: Array<{ kind: ReviewKind; count: number }>;
	/** Deliveries that the breaker holds back. */
	held: Array<{ system: string; count: number }>;
	/** Whole systems that are paused, and how many single records are. */
	paused: { systems: string[]; records: number };
	openDeadLetters: number;
	/** Notes, tasks and so on that wait for a client whose create is dead, by system. */
	waitingForClient: Array<{ system: string; count: number }>;
	systems: Array<{ name: string; connector: string; ready: boolean }>;
	/** CRMs that do not answer: nothing is sent to them before `until` (ISO). */
	circuits: Array<{
		system: string;
		status: CircuitStatus;
		since: string;
		until: string;
		reason: string;
	}>;
	/** Push calls, accepted and refused. */
	pushes: Array<{ system: string; outcome: PushOutcome; calls: number; lastAt: string }>;
}

const MAX_COUNTED = 10_000;

export async function viewEntity(
	tx: StoreTransaction,
	known: string,
): Promise<EntityView | undefined> {
	const unifiedId = await tx.entities.current(known);
	if (!(await tx.identity.existing([unifiedId])).has(unifiedId)) return undefined;
	const registers = await tx.registers.registers([unifiedId]);
	const links = await tx.identity.linksOf([unifiedId]);
	return { unifiedId, fields: desiredFields(registers.get(unifiedId) ?? {}), links };
}

/** The unified id of the client that the record belongs to. */
export async function linkedEntity(
	tx: StoreTransaction,
	system: string,
	crmId: string,
): Promise<string | undefined> {
	const links = await tx.identity.links([{ system, object: 'contact', crmId }]);
	return [...links.values()][0]?.entityId;
}

async function openCircuits(
	tx: StoreTransaction,
	systems: readonly SystemRow[],
	now: number,
): Promise<Metrics['circuits']> {
	const circuits: Metrics['circuits'] = [];
	for (const { name } of systems) {
		const circuit = readCircuit(await tx.budgets.get(circuitAccount(name)));
		if (circuit.until === null) continue;
		circuits.push({
			system: name,
			status: statusOf(circuit, now),
			since: new Date(circuit.since).toISOString(),
			until: new Date(circuit.until).toISOString(),
			reason: circuit.reason,
		});
	}
	return circuits;
}

export async function countAll(
	tx: StoreTransaction,
	now: number,
	connectorOf: ConnectorOf,
): Promise<Metrics> {
	const waiting = await waitingRecords(tx, connectorOf);
	const deliveries = await tx.deliveries.countByState();
	const reviews = await tx.reviews.list('open', MAX_COUNTED);
	const pauses = await tx.pauses.list();
	const systems = await tx.systems.all();
	return {
		inbox: await tx.inbox.countByState(),
		deliveries,
		openReviews: reviews.length,
		reviews: REVIEW_KINDS.map((kind) => ({
			kind,
			count: reviews.filter((review) => review.kind === kind).length,
		})).filter(({ count }) => count > 0),
		openDeadLetters: (await tx.deadLetters.list('open', MAX_COUNTED)).length,
		waitingForClient: systems
			.map(({ name: system }) => ({
				system,
				count: waiting.filter((record) => record.system === system).length,
			}))
			.filter(({ count }) => count > 0),
		held: deliveries
			.filter(({ state }) => state === 'held')
			.map(({ system, count }) => ({ system, count })),
		paused: {
			systems: pauses.filter(({ crmId }) => crmId === null).map(({ system }) => system),
			records: pauses.filter(({ crmId }) => crmId !== null).length,
		},
		circuits: await openCircuits(tx, systems, now),
		pushes: (await tx.pushes.counts()).map(({ lastAt, ...count }) => ({
			...count,
			lastAt: new Date(lastAt).toISOString(),
		})),
		systems: systems.map(({ name, connector, readyAt }) => ({
			name,
			connector,
			ready: readyAt !== null,
		})),
	};
}
