/** References between records, and field mappings. See ../calls.ts. */
import { iso, START } from '../../support/hub';
import { memoryFieldMap } from '../../support/memory-connector';
import { contact, shadow, type Call } from './samples';

const note = { system: 'wealthbox', object: 'note', crmId: 'n1' };
const named = { refObject: 'contact' as const, refCrmId: 'nobody', inboxSeq: null };
const times = { editedAt: iso(START), readAt: iso(START), receivedAt: iso(START) };
const missing = { ...note, field: 'client', eventId: 'note-1', ...named, ...times };

export const REFERENCES: Call[] = [
	['references.await', (tx) => tx.references.await([missing])],
	['references.await', (tx) => tx.references.await([{ ...missing, eventId: 'note-2' }])],
	['references.found', (tx) => tx.references.found(10)],
	['references.forget', (tx) => tx.references.forget([missing])],
	['references.referrers', (tx) => tx.references.referrers(['U1001', 'U1002'], 10)],
	['references.naming', (tx) => tx.references.naming('client', ['U1001', 'U1002'], 10)],
	['references.targets', (tx) => tx.references.targets(['U1001', 'U1002'])],
	['references.becomePart', (tx) => tx.references.becomePart('U1002', 'U1001')],
];

const asContact = { system: 'wealthbox', object: 'contact' } as const;

const crmField = {
	name: 'a',
	label: 'A',
	type: 'string',
	readOnly: false,
	required: false,
} as const;

const field = { ...crmField, custom: true };
const heldField = { object: 'contact', field: 'custom.a', crmField: 'a', side: 'both' } as const;

const schemaRow = {
	...asContact,
	schema: { accepted: [field], current: [field], lost: { a: ['x'] }, seenAt: START },
	drifts: [],
	pending: { compare: ['custom.a'], read: [] },
};

export const MAPPINGS: Call[] = [
	['mappings.given', (tx) => tx.mappings.given('wealthbox', [], START)],
	['mappings.given', (tx) => tx.mappings.given('wealthbox', memoryFieldMap, START + 1)],
	[
		'mappings.add',
		(tx) => tx.mappings.add({ ...asContact, map: [], origin: 'desk', note: 'é' }, START + 2),
	],
	['mappings.newest', (tx) => tx.mappings.newest('wealthbox', 'contact')],
	['mappings.newest', (tx) => tx.mappings.newest('wealthbox', 'contact', 'panel')],
	['mappings.panelMap', (tx) => tx.mappings.panelMap('wealthbox', 'contact')],
	['mappings.get', (tx) => tx.mappings.get('wealthbox', 'contact', 1)],
	['mappings.list', (tx) => tx.mappings.list('wealthbox', 'contact', 2)],
	['mappings.putInForce', (tx) => tx.mappings.putInForce('wealthbox', memoryFieldMap)],
	['mappings.putInForce', (tx) => tx.mappings.putInForce('wealthbox', memoryFieldMap)],
	['mappings.saveHolds', (tx) => tx.mappings.saveHolds('wealthbox', [heldField])],
	['systems.get', (tx) => tx.systems.get('wealthbox')],
	['mappings.saveHolds', (tx) => tx.mappings.saveHolds('wealthbox', [])],
	['mappings.saveSchema', (tx) => tx.mappings.saveSchema(schemaRow)],
	['mappings.saveSchema', (tx) => tx.mappings.saveSchema(schemaRow)],
	['mappings.schemas', (tx) => tx.mappings.schemas()],
	['mappings.schemas', (tx) => tx.mappings.schemas('wealthbox')],
	[
		'registers.saveShadows',
		(tx) =>
			tx.registers.saveShadows([{ ...contact('m1'), shadow: shadow('Ada') }], 9_999_999_999_999),
	],
	['mappings.samples', (tx) => tx.mappings.samples('wealthbox', 'contact', 1)],
	['mappings.forget', (tx) => tx.mappings.forget('wealthbox', 'contact', ['firstName'])],
	['mappings.forget', (tx) => tx.mappings.forget('wealthbox', 'contact', ['firstName'])],
];
