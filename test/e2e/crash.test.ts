/**
 * n8n is killed (SIGKILL) in the middle of 200 changes and started again: all three CRMs agree, no
 * record twice, each change in the audit trail.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalPhone } from '../../lib/model/canonical';
import type { ListItem, PhoneItem } from '../../lib/model/fields';
import { closeFabrics, openFabric } from '../../lib/open';
import { compareCrms, CRMS, primaryEmail, type Crm } from '../../scripts/demo/agreement';
import type { FabricDemo } from '../../scripts/demo/fabric-demo';
import type { PlainContact, PlainEdit } from '../simulators/simulator';
import { endDemo, START_LIMIT_MS, startDemo, until } from './harness';

/** Some have no e-mail, by which the test could tell them apart while their names change. */
const PERSONS = 64;
const EDITED = 50;
const ARRIVAL_LIMIT_MS = 300_000;
const FIELDS = ['jobTitle', 'birthDate', 'lastName', 'phones'] as const;
type Field = (typeof FIELDS)[number];

interface Edit {
	crm: Crm;
	email: string;
	field: Field;
	value: string;
}

let demo: FabricDemo | undefined;

afterAll(async () => {
	await closeFabrics();
	await endDemo(demo);
}, 60_000);

test(
	'n8n killed in the middle of 200 changes loses none of them and doubles no record',
	async () => {
		// At Wealthbox's own limit (300 calls in 5 minutes) so many writes take longer than this test waits.
		demo = await startDemo({
			contacts: PERSONS,
			seed: 7,
			switches: { wealthbox: { throttle: false } },
		});
		const running = demo;
		await until('the first read has brought agreement', () => agreed(running), START_LIMIT_MS);

		const edits = planEdits(running);
		expect(edits).toHaveLength(EDITED * FIELDS.length);
		for (const [index, edit] of edits.entries()) {
			apply(running, edit);
			await sleep(25);
			if (index === edits.length / 2) await running.crashN8n();
		}
		await running.restartN8n();

		const waiting = () => edits.filter((edit) => !arrived(running, edit));
		await until(
			'every change is in every CRM',
			() => waiting().length === 0,
			ARRIVAL_LIMIT_MS,
		).catch(() => undefined);
		expect(waiting()).toEqual([]);
		await until('the CRMs agree', () => agreed(running));
		expect(compareCrms(running.simulators)).toEqual({
			persons: PERSONS,
			duplicates: 0,
			disagreements: [],
		});

		await running.n8n.stop();
		expect(await missingInAudit(running, edits)).toEqual([]);
	},
	START_LIMIT_MS * 4,
);

function agreed({ simulators }: FabricDemo): boolean {
	const { persons, disagreements } = compareCrms(simulators);
	return persons === PERSONS && disagreements.length === 0;
}

/** One edit a person and field, spread over the CRMs. */
function planEdits({ simulators }: FabricDemo): Edit[] {
	const known = simulators.salesforce.people.list().map(primaryEmail);
	const emails = known.filter(Boolean).sort().slice(0, EDITED);
	return FIELDS.flatMap((field, row) =>
		emails.map((email, index) => {
			const crm = CRMS[(row + index) % CRMS.length] as Crm;
			return { crm, email, field, value: valueOf(field, row * EDITED + index) };
		}),
	);
}

function valueOf(field: Field, n: number): string {
	if (field === 'birthDate') return `19${50 + (n % 50)}-0${1 + (n % 9)}-1${n % 10}`;
	if (field === 'phones') return `+1207555${String(n).padStart(4, '0')}`;
	return `${field === 'jobTitle' ? 'Role' : 'Family'} ${n}`;
}

function find({ simulators }: FabricDemo, crm: Crm, email: string): PlainContact {
	const found = simulators[crm].people.list().find((contact) => primaryEmail(contact) === email);
	if (found === undefined) throw new Error(`${crm} does not hold ${email}.`);
	return found;
}

function apply(running: FabricDemo, { crm, email, field, value }: Edit): void {
	const contact = find(running, crm, email);
	const edit: PlainEdit =
		field === 'phones' ? { phones: withWork(contact, value) } : { [field]: value };
	running.simulators[crm].people.edit(contact.id, edit);
}

function withWork({ phones }: PlainContact, number: string): PlainContact['phones'] {
	const index = phones.findIndex(({ kind }) => kind?.toLowerCase() === 'work');
	if (index < 0) return [...phones, { number, kind: 'work' }];
	return phones.map((item, at) => (at === index ? { ...item, number } : item));
}

function arrived(running: FabricDemo, { email, field, value }: Edit): boolean {
	return CRMS.every((crm) => {
		const contact = find(running, crm, email);
		if (field !== 'phones') return contact[field] === value;
		return contact.phones.some(({ number }) => canonicalPhone(number) === value);
	});
}

/** Changes that the audit trail does not tell, as "field of person". */
async function missingInAudit(running: FabricDemo, edits: Edit[]): Promise<string[]> {
	const fabric = await openFabric({ type: 'sqlite', path: running.storeFile });
	const missing: string[] = [];
	for (const { crm, email, field, value } of edits) {
		const { id } = find(running, crm, email);
		const entity = await fabric.desk.findEntity(crm, id);
		const rows = await fabric.desk.audit({
			entityId: entity?.unifiedId,
			field,
			kinds: ['change'],
			limit: 100,
		});
		const told = rows.some(
			(row) => row.system === crm && row.crmId === id && holds(row.after, value),
		);
		if (!told) missing.push(`${field} of ${email} from ${crm}`);
	}
	return missing;
}

function holds(after: unknown, value: string): boolean {
	if (!Array.isArray(after)) return after === value;
	return (after as ListItem[]).some((item) => canonicalPhone((item as PhoneItem).number) === value);
}
