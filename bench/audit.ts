/**
 * How long does the answer to "who changed this field?" take when the audit trail is long?
 *
 * Set-up (not timed): a store with N decisions about fields (`change`, `agree`, `lost`), appended
 * through the store as Field Merge appends them, hash chain included: {@link CHANGES_A_CLIENT} a
 * client over {@link FIELDS} and three systems, with registers of the usual size, the clients in
 * random order, as edits come.
 *
 * Measured: `fabric.desk.audit({ entityId, field, kinds, limit })` for a random client and field, one
 * after another, from the call to the rows in hand: what the CRM Fabric node does for "who changed
 * this field". The first {@link WARM_UP} questions are not counted.
 */
import { connectors } from '../lib/connectors';
import { Fabric } from '../lib/fabric';
import type { AuditRow } from '../lib/model/rows';
import type { Store } from '../lib/store/store';
import { unifiedIdOf } from '../lib/model/unified-id';
import { Chance } from '../test/simulation/chance';
import { readOptions } from './arguments';
import { benchDatabases } from './database';

const CHANGES_A_CLIENT = 60;
const APPENDED_AT_ONCE = 1_000;
const QUESTIONS = 5_000;
const WARM_UP = 500;
const LIMIT = 20;
const KINDS = ['change', 'agree', 'lost'];
const SYSTEMS = ['wealthbox', 'redtail', 'salesforce'];
const FIELDS = ['firstName', 'lastName', 'jobTitle', 'status', 'background', 'emails', 'phones'];
const START = Date.parse('2026-03-02T09:00:00.000Z');

interface AuditResult {
	store: string;
	p50_ms: number;
	p99_ms: number;
}

export async function auditBench(
	args: string[],
): Promise<Record<keyof AuditResult, string | number>> {
	const options = readOptions(args, ['changes']);
	const changes = options.count('changes', 1_000_000);
	const databases = await benchDatabases(options.store);
	try {
		const fabric = await fill(await databases.openStore(), changes);
		const times = await ask(fabric, clientsOf(changes));
		await fabric.close();
		return { store: options.store, p50_ms: at(times, 0.5), p99_ms: at(times, 0.99) };
	} finally {
		await databases.remove();
	}
}

function clientsOf(changes: number): number {
	return Math.ceil(changes / CHANGES_A_CLIENT);
}

async function fill(store: Store, changes: number): Promise<Fabric> {
	const chance = new Chance(1);
	const clients = clientsOf(changes);
	for (let done = 0; done < changes; done += APPENDED_AT_ONCE) {
		const count = Math.min(APPENDED_AT_ONCE, changes - done);
		const rows = Array.from({ length: count }, (_, index) => row(chance, clients, done + index));
		await store.transaction((tx) => tx.audit.append(rows));
		if (done % 100_000 === 0) process.stderr.write(`${done} of ${changes} changes written\n`);
	}
	return new Fabric(store, connectors);
}

function row(chance: Chance, clients: number, number: number): AuditRow {
	const entityId = unifiedIdOf(chance.between(1, clients));
	const field = chance.pick(FIELDS) ?? 'jobTitle';
	const system = chance.pick(SYSTEMS) ?? 'wealthbox';
	const record = { system, object: 'contact', crmId: `30${entityId.slice(1)}` };
	const eventId = `${system}:${record.crmId}:2026-03-02T09:00:00.000Z:${number}`;
	const at = START + number;
	const memory = {
		editedAt: at,
		...record,
		eventId,
		priority: 1,
		rule: 'lastWriteWins',
		mergedAt: at,
	};
	const value = `A value of usual length, number ${number}, as somebody typed it`;
	return {
		at,
		kind: chance.pick(KINDS) ?? 'change',
		entityId,
		field,
		...record,
		eventId,
		run: `batch-${Math.floor(number / 100)}`,
		before: 'The value that stood there before somebody typed another one',
		after: value,
		rule: memory.rule,
		editedAt: at,
		register: { shape: 'scalar', value, memory },
	};
}

/** Sorted times of the answers, ms. */
async function ask(fabric: Fabric, clients: number): Promise<number[]> {
	const chance = new Chance(2);
	const times: number[] = [];
	for (let asked = 0; asked < WARM_UP + QUESTIONS; asked += 1) {
		const entityId = unifiedIdOf(chance.between(1, clients));
		const field = chance.pick(FIELDS) ?? 'jobTitle';
		const began = performance.now();
		await fabric.desk.audit({ entityId, field, kinds: KINDS, limit: LIMIT });
		if (asked >= WARM_UP) times.push(performance.now() - began);
	}
	return times.sort((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): number {
	const index = Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1);
	return Number((sorted[index] ?? 0).toFixed(3));
}
