/** Fills a store with clients of one record each, as resolving and merging them would leave it, as far as identity resolution looks. */
import { blocksOf, countedNames, recordHash } from '../lib/identity/blocks';
import type { CanonicalFields } from '../lib/model/fields';
import type { Link } from '../lib/model/rows';
import type { BlockRow } from '../lib/store/identity-blocks';
import { unifiedIdOf } from '../lib/model/unified-id';
import type { Store } from '../lib/store/store';
import type { People } from './people';

const PAGE = 20_000;
const START = Date.parse('2026-03-02T09:00:00.000Z');
const SYSTEMS = ['wealthbox', 'redtail', 'salesforce'];

export async function fillGraph(store: Store, people: People, entities: number): Promise<void> {
	for (let first = 1; first <= entities; first += PAGE) {
		const count = Math.min(PAGE, entities - first + 1);
		const numbers = Array.from({ length: count }, (_, index) => first + index);
		await addClients(store, people, numbers);
		process.stderr.write(`${first + count - 1} of ${entities} clients\n`);
	}
}

async function addClients(store: Store, people: People, numbers: readonly number[]): Promise<void> {
	const clients = numbers.map((number) => {
		const fields = people.fields(number - 1);
		const address = {
			system: SYSTEMS[number % SYSTEMS.length] ?? 'wealthbox',
			object: 'contact',
			crmId: String(number),
		};
		return { number, fields, address };
	});
	await store.transaction(async (tx) => {
		await tx.identity.addEntities(
			clients.map(({ number }) => ({ number, createdBy: 'bench' })),
			START,
		);
		await tx.identity.saveLinks(
			clients.map(({ number, address }) => link(number, address)),
			START,
		);
		await tx.registers.saveShadows(
			clients.map(({ address, fields }) => ({ ...address, shadow: shadowOf(fields) })),
			START,
		);
		await tx.blocks.add(clients.flatMap(rowsOf));
		await tx.blocks.count(countedNames(clients.map(({ fields }) => fields)));
	});
}

function rowsOf(client: {
	number: number;
	fields: CanonicalFields;
	address: AddressOf;
}): BlockRow[] {
	const record = recordHash(client.address);
	return blocksOf(client.fields).map((hash) => ({ hash, record, entity: client.number }));
}

type AddressOf = Pick<Link, 'system' | 'object' | 'crmId'>;

function link(number: number, address: AddressOf): Link {
	const evidence = { by: 'new-entity', score: 1, fields: [] };
	return { ...address, entityId: unifiedIdOf(number), state: 'active', evidence, recreated: 0 };
}

function shadowOf(fields: CanonicalFields) {
	const entries = Object.entries(fields).map(([field, value]) => [field, { value, seenAt: START }]);
	return { fields: Object.fromEntries(entries) };
}
